"""A Dart program that uses everything that was generated, exhaustively."""

from collections.abc import Sequence

from clients.codegen.dart_answers import Union
from clients.codegen.dart_names import member_name, operation_class
from clients.codegen.dart_operations import OperationWriter
from clients.codegen.dart_text import HEADER, listed, quoted
from clients.codegen.dart_values import enum_class, input_class
from clients.codegen.model import Api, Enum, InputType, TypeKind, TypeRef

_SAMPLES = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "JSON": "null",
    "DateTime": "DateTime.utc(2026)",
    "Date": "const Date(2026, 7, 1)",
    "Decimal": "Decimal.parse('1.50')",
    "Int64": "const Int64(1)",
}


def consumer(api: Api, library: str, unions: Sequence[Union], writers: Sequence[OperationWriter]) -> str:
    """Says of every value of an enum what it is called, of every member of a union which it is, without a default."""
    sections = [
        *(_enum_switch(one) for one in api.enums),
        *(_union_switch(one) for one in unions),
        _outcome_switch(),
        _operations(api, writers),
    ]
    lines = [HEADER, f"import '{library}';", ""]
    for section in sections:
        lines += [*section, ""]
    return "\n".join(lines)


def _enum_switch(enum: Enum) -> list[str]:
    name = enum_class(enum.name)
    cases = [f"  {name}.{member_name(one.name)} => {quoted(one.name)}," for one in enum.values]
    return [
        f"/// What the API calls a value of {name}.",
        f"String name{name}({name} value) => switch (value) {{",
        *cases,
        f"  {name}.unknown => '',",
        "};",
    ]


def _union_switch(union: Union) -> list[str]:
    cases = [f"  {one}() => '{one}'," for one in union.members]
    return [
        f"/// Which member of {union.name} a value is.",
        f"String name{union.name}({union.name} value) => switch (value) {{",
        *cases,
        "};",
    ]


def _outcome_switch() -> list[str]:
    return [
        "/// What became of a mutation.",
        "String nameOutcome(Outcome<Object, Object> value) => switch (value) {",
        "  Done() => 'Done',",
        "  Refused() => 'Refused',",
        "  UnknownOutcome() => 'UnknownOutcome',",
        "};",
    ]


def _operations(api: Api, writers: Sequence[OperationWriter]) -> list[str]:
    inputs = {one.name: one for one in api.inputs}
    entries: list[str] = []
    for one in writers:
        given = [f"{p.name}: {_sample(p.type, api, inputs)}" for p in one.parameters() if p.required]
        entries += listed(f"{operation_class(one.operation.name)}(", given, "),", "  ")
    return [
        "/// Every operation, with the least that it asks for.",
        "final operations = <Operation<Object?>>[",
        *entries,
        "];",
    ]


def _sample(ref: TypeRef, api: Api, inputs: dict[str, InputType]) -> str:
    if ref.item is not None:
        return "const []"
    if ref.kind is TypeKind.SCALAR:
        return _SAMPLES.get(ref.name, "'text'")
    if ref.kind is TypeKind.ENUM:
        first = next(one for one in api.enums if one.name == ref.name).values[0]
        return f"{enum_class(ref.name)}.{member_name(first.name)}"
    name = input_class(ref.name)
    if name == "Money":
        return "Money.minor(100, 'EUR')"
    fields = inputs[ref.name].fields
    if inputs[ref.name].one_of:
        return f"{name}.{fields[0].name}({_sample(fields[0].type, api, inputs)})"
    given = ", ".join(f"{one.name}: {_sample(one.type, api, inputs)}" for one in fields if one.required)
    return f"{name}({given})"
