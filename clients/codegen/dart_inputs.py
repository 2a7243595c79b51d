"""Enums, inputs and variables in Dart."""

from collections.abc import Sequence
from dataclasses import dataclass

from clients.codegen.dart_names import input_name, member_name, variable_name
from clients.codegen.dart_text import comment, deprecated, getter, initialized, listed, map_literal, members, quoted
from clients.codegen.dart_values import dart_type, enum_class, input_class, write
from clients.codegen.model import Enum, InputField, InputType, TypeRef, Variable

# Mutations that change something that exists: what they leave out stays, so null must be told from nothing.
PATCH_PREFIXES = ("Update", "Upsert")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor, a field, and an entry of what is sent."""

    key: str
    name: str
    type: TypeRef
    required: bool
    is_patch: bool
    description: str
    deprecation: str | None

    @property
    def type_name(self) -> str:
        if self.is_patch:
            return f"Opt<{dart_type(self.type).removesuffix('?')}>"
        return dart_type(self.type, optional=not self.required)

    def formal(self) -> str:
        if self.is_patch:
            return f"this.{self.name} = const Opt.keep()"
        return f"required this.{self.name}" if self.required else f"this.{self.name}"

    def field(self) -> list[str]:
        words = comment(self.description or f"The variable `{self.key}`.", "  ")
        return [*words, *deprecated(self.deprecation, "  "), f"  final {self.type_name} {self.name};"]

    def entry(self) -> tuple[str, str, str]:
        """The condition on which it is sent, its key and its value."""
        key = quoted(self.key)
        if self.is_patch:
            how = write(self.type, "given")
            value = f"{self.name}.value" if how == "given" else f"{self.name}.write((given) => {how})"
            return f"if ({self.name}.isGiven)", key, value
        if self.required and not self.type.nullable:
            return "", key, write(self.type, self.name)
        if self.required:
            return "", key, self.name
        return f"if ({self.name} case final {self.name}?)", key, write(self.type, self.name)


def parameters_of_input(type_: InputType, for_operation: bool = False, without: str = "") -> list[Parameter]:
    """The fields of an input, those that must be given first."""
    is_patch = type_.name.startswith(PATCH_PREFIXES)
    name_of = variable_name if for_operation else input_name

    def parameter(field: InputField) -> Parameter:
        patches = is_patch and field.type.nullable and not field.required and field.name != "expectedVersion"
        return Parameter(
            field.name,
            name_of(field.name),
            field.type,
            field.required,
            patches,
            field.description,
            field.deprecation,
        )

    return _ordered([parameter(field) for field in type_.fields if field.name != without])


def parameters_of_variables(variables: Sequence[Variable]) -> list[Parameter]:
    return _ordered(
        [
            Parameter(one.name, variable_name(one.name), one.type, one.required, False, one.description, None)
            for one in variables
        ]
    )


def constructor(class_: str, parameters: Sequence[Parameter], description: str) -> list[str]:
    words = comment(description, "  ")
    if not parameters:
        return [*words, f"  const {class_}();"]
    return [*words, *listed(f"const {class_}({{", [one.formal() for one in parameters], "});", "  ")]


def enum_lines(enum: Enum) -> list[str]:
    """An enum with a member for what is unknown."""
    name = enum_class(enum.name)
    values: list[str] = []
    for value in enum.values:
        values += comment(value.description or f"`{value.name}`.", "  ")
        values += deprecated(value.deprecation, "  ")
        values += [f"  {member_name(value.name)}({quoted(value.name)}),", ""]
    values += [*comment("A value that this package does not know; `raw` of its object has the text.", "  ")]
    values += ["  unknown('');"]
    return [
        *comment(enum.description or f"The enum {enum.name}."),
        f"enum {name} implements ApiEnum {{",
        *members(
            values,
            [f"  const {name}(this.wire);"],
            [
                *comment("Reads a value; one that is not known is `unknown`.", "  "),
                f"  factory {name}.fromJson(Json json) => readEnum(json, _members, unknown);",
            ],
            ["  @override", "  final String wire;"],
            ["  static final _members = byWire(values);"],
        ),
        "}",
    ]


def input_lines(type_: InputType) -> list[str]:
    """An input object, or a constructor for each field where exactly one has to be given."""
    name = input_class(type_.name)
    parameters = parameters_of_input(type_)
    entries = [one.entry() for one in parameters]
    made = _one_of(name, parameters) if type_.one_of else [constructor(name, parameters, "Takes what is sent.")]
    return [
        *comment(type_.description or f"The input {type_.name}."),
        f"final class {name} extends ApiInput {{",
        *members(
            *made,
            *(one.field() for one in parameters),
            ["  @override", *map_literal("Map<String, Object?> toJson() => ", entries, ";", "  ")],
        ),
        "}",
    ]


def _one_of(name: str, parameters: Sequence[Parameter]) -> list[list[str]]:
    made = []
    for one in parameters:
        others = [f"{other.name} = null" for other in parameters if other is not one]
        type_ = one.type_name.removesuffix("?")
        head = f"const {name}.{one.name}({type_} this.{one.name})"
        lines = initialized(head, others, "  ") if others else [f"  {head};"]
        made.append([*comment(one.description, "  "), *lines])
    return made


def map_getter(name: str, entries: Sequence[tuple[str, str, str]]) -> list[str]:
    """An overriding getter of a map."""
    if not entries:
        return getter("Map<String, Object?>", name, "const {}")
    return ["  @override", *map_literal(f"Map<String, Object?> get {name} => ", entries, ";", "  ")]


def _ordered(parameters: list[Parameter]) -> list[Parameter]:
    return sorted(parameters, key=lambda one: not one.required)
