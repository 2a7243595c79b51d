"""What is selected, as classes in Dart: one for each fragment, one for each other selection, sealed ones for unions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clients.codegen.dart_classes import ClassNames
from clients.codegen.dart_inputs import map_getter
from clients.codegen.dart_names import field_name, is_money, pascal, singular
from clients.codegen.dart_text import comment, deprecated, initialized, listed, members, quoted
from clients.codegen.dart_values import dart_type, read
from clients.codegen.model import Api, Field, Fragment, Selection


@dataclass(frozen=True, slots=True)
class Union:
    """A sealed class that was written, for the consumer that switches over all of them."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A selected field as it is declared and read."""

    key: str
    name: str
    type: str
    reading: str
    description: str
    deprecation: str | None

    def lines(self, overrides: bool) -> list[str]:
        marks = [*deprecated(self.deprecation, "  "), *(["  @override"] if overrides else [])]
        return [*comment(self.description, "  "), *marks, f"  final {self.type} {self.name};"]

    def formal(self) -> str:
        return f"this.{self.name}" if self.type.endswith("?") else f"required this.{self.name}"


@dataclass(slots=True)
class Answers:
    """The classes of one module, in the order in which a reader meets them."""

    api: Api
    names: ClassNames
    sections: list[list[str]] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)

    def class_of(self, selection: Selection, name: str, stem: str, description: str) -> str:
        """The class of a selection, written here as `name` unless it is the runtime's or a fragment's.

        The classes of what it holds begin with `stem`.
        """
        if is_money(selection):
            return "Money"
        fragment = self.names.fragment_of(selection)
        if fragment is not None:
            return self.names.of_fragment(fragment)
        free = self.names.written[selection] = self.names.new(name, selection.type_name)
        self.write(selection, free, stem, description)
        return free

    def write(self, selection: Selection, name: str, stem: str, description: str, is_fragment: bool = False) -> None:
        """Writes a selection's class, and behind it those of what it holds."""
        place = len(self.sections)
        if selection.arms:
            lines = self._sealed(selection, name, stem, description)
        else:
            head = f"{'class' if is_fragment else 'final class'} {name} extends ApiData"
            lines = self._data(selection, head, name, stem, description, known=set())
        self.sections.insert(place, lines)

    def _data(
        self, selection: Selection, head: str, name: str, stem: str, description: str, known: set[str]
    ) -> list[str]:
        """A class with a field for each selected one; those that its parent class has are `known`."""
        implemented = self._implemented(selection)
        overridden = known | {one.key for fragment in implemented for one in fragment.selection.fields}
        holders = [self._holder(one, implemented, name, stem) for one in selection.fields]
        interfaces = ", ".join(self.names.of_fragment(one) for one in implemented)
        superclass = "super._read(json)" if known or "ApiData" not in head else "super.read(json)"
        return [
            *comment(description),
            f"{head}{f' implements {interfaces}' if interfaces else ''} {{",
            *members(
                _by_hand(name, holders),
                [
                    *comment("Reads it from an answer.", "  "),
                    *initialized(
                        f"{name}.fromJson(Json json)",
                        [*(f"{one.name} = {one.reading}" for one in holders), superclass],
                        "  ",
                    ),
                ],
                *(one.lines(one.key in overridden) for one in holders),
                map_getter("fields", [("", quoted(one.key), one.name) for one in holders]),
            ),
            "}",
        ]

    def _sealed(self, selection: Selection, name: str, stem: str, description: str) -> list[str]:
        """A sealed class of a union or interface, with a member for each named type and one for all others."""
        shared = [self._holder(one, [], name, stem) for one in selection.fields]
        known = {one.key for one in shared}
        arms = [(arm, self.names.new(f"{stem}{arm.type_name.removeprefix(stem)}", "Case")) for arm in selection.arms]
        unknown = self.names.new(f"{stem}Unknown", "Case")
        for arm, arm_name in arms:
            place = len(self.sections)
            head = f"final class {arm_name} extends {name}"
            lines = self._data(arm, head, arm_name, arm_name, f"The {arm.type_name}.", known)
            self.sections.insert(place, lines)
        self.sections.append(_unknown(unknown, name, shared))
        self.unions.append(Union(name, (*(arm_name for _, arm_name in arms), unknown)))
        return [
            *comment(description),
            f"sealed class {name} extends ApiData {{",
            *members(
                [*comment("For its members.", "  "), f"  const {name}();"],
                [f"  {name}._read(super.json) : super.read();"],
                [
                    *comment("Reads the member that the answer names.", "  "),
                    f"  factory {name}.fromJson(Json json) => switch (json.typename) {{",
                    *(f"    '{arm.type_name}' => {arm_name}.fromJson(json)," for arm, arm_name in arms),
                    f"    _ => {unknown}.fromJson(json),",
                    "  };",
                ],
                *([*comment(one.description, "  "), f"  {one.type} get {one.name};"] for one in shared),
            ),
            "}",
        ]

    def _implemented(self, selection: Selection) -> list[Fragment]:
        """The fragments that the class stands for: those whose fields have the same types here."""
        spread = [self.api.fragment(name) for name in selection.spreads]
        plain = [one for one in spread if not one.selection.arms and not is_money(one.selection)]
        return [
            one
            for one in plain
            if all(field.selection is None or _owner(field.key, plain) is one for field in one.selection.fields)
        ]

    def _holder(self, one: Field, implemented: Sequence[Fragment], name: str, stem: str) -> Holder:
        """A field of the class `name`. What it holds is named after the fragment that it comes from, if any."""
        named = None
        if one.selection is not None:
            owner = _owner(one.key, implemented)
            named = self.names.within.get((self.names.of_fragment(owner) if owner else name, one.key))
            if named is None:
                inner = f"{stem}{pascal(singular(one.key) if one.type.item is not None else one.key)}"
                named = self.class_of(one.selection, inner, inner, _words_of(one))
            self.names.within[name, one.key] = named
        return Holder(
            one.key,
            field_name(one.key),
            dart_type(one.type, named, one.conditional),
            read(one.type, f"json[{quoted(one.key)}]", named, one.conditional),
            _words_of(one),
            one.deprecation,
        )


def _by_hand(name: str, holders: Sequence[Holder]) -> list[str]:
    words = comment("Made by hand, for tests and previews.", "  ")
    if not holders:
        return [*words, f"  const {name}();"]
    return [*words, *listed(f"const {name}({{", [one.formal() for one in holders], "});", "  ")]


def _unknown(name: str, parent: str, shared: Sequence[Holder]) -> list[str]:
    """The member for types that no fragment names, those of tomorrow included."""
    formals = ["required this.typename", *(one.formal() for one in shared)]
    initializers = [
        "typename = json.typename",
        *(f"{one.name} = {one.reading}" for one in shared),
        "super._read(json)",
    ]
    entries = [("", "'__typename'", "typename"), *(("", quoted(one.key), one.name) for one in shared)]
    return [
        *comment("Anything else, also what came to the API after this package; `raw` has its fields."),
        f"final class {name} extends {parent} {{",
        *members(
            [
                *comment("Made by hand, for tests and previews.", "  "),
                *listed(f"const {name}({{", formals, "});", "  "),
            ],
            [
                *comment("Reads it from an answer.", "  "),
                *initialized(f"{name}.fromJson(Json json)", initializers, "  "),
            ],
            [*comment("The name of its type.", "  "), "  final String typename;"],
            *(one.lines(overrides=True) for one in shared),
            map_getter("fields", entries),
        ),
        "}",
    ]


def _owner(key: str, fragments: Sequence[Fragment]) -> Fragment | None:
    """The first fragment that has the field."""
    return next((one for one in fragments if any(field.key == key for field in one.selection.fields)), None)


def _words_of(one: Field) -> str:
    return one.description or f"The field `{one.name}`."
