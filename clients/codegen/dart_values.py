"""How values are typed, read and written in Dart."""

from clients.codegen.dart_names import class_name
from clients.codegen.model import TypeKind, TypeRef

# Scalars that have a type of their own: the type, how it is read from `json`, how it is written.
_SCALARS = {
    "Int": ("int", "{}.integer", "{}"),
    "Float": ("double", "{}.float", "{}"),
    "Boolean": ("bool", "{}.boolean", "{}"),
    "JSON": ("Object?", "{}.value", "{}"),
    "DateTime": ("DateTime", "{}.instant", "{}.toUtc().toIso8601String()"),
    "Date": ("Date", "Date.fromJson({})", "{}.toJson()"),
    "Decimal": ("Decimal", "Decimal.fromJson({})", "{}.toJson()"),
    "Int64": ("Int64", "Int64.fromJson({})", "{}.toJson()"),
}
_TEXT = ("String", "{}.string", "{}")
MONEY_INPUT = "MoneyInput"


def enum_class(name: str) -> str:
    return class_name(name, f"{name}Enum")


def input_class(name: str) -> str:
    return "Money" if name == MONEY_INPUT else class_name(name, f"{name}Input")


def dart_type(ref: TypeRef, named: str | None = None, optional: bool = False) -> str:
    """The Dart type; `named` is the class of what is selected of an object, `optional` makes it nullable."""
    if ref.item is not None:
        inner = f"List<{dart_type(ref.item, named)}>"
    elif ref.kind is TypeKind.SCALAR:
        inner = _SCALARS.get(ref.name, _TEXT)[0]
    elif ref.kind is TypeKind.ENUM:
        inner = enum_class(ref.name)
    else:
        inner = named or input_class(ref.name)
    return f"{inner}?" if (ref.nullable or optional) and not inner.endswith("?") else inner


def read(ref: TypeRef, source: str, named: str | None = None, optional: bool = False) -> str:
    """The expression that reads a value from `source`, which is a Json."""
    if (ref.nullable or optional) and _scalar(ref) != "JSON":
        return f"{source}.orNull({_reader(ref, named)})"
    return _read_present(ref, source, named)


def write(ref: TypeRef, value: str, entry: str = "one") -> str:
    """The expression that writes a value that is there into JSON; `entry` is what entries of a list are called."""
    if ref.item is None:
        return _write_named(ref, value)
    inner = write(ref.item, entry, f"{entry}OfThese")
    if inner == entry:
        return value
    return f"[for (final {entry} in {value}) {f'{entry} == null ? null : ' if ref.item.nullable else ''}{inner}]"


def _reader(ref: TypeRef, named: str | None) -> str:
    """A function that reads a value that is there: a constructor by name, where one does."""
    expression = _read_present(ref, "one", named)
    return expression.removesuffix("(one)") if expression.endswith(".fromJson(one)") else f"(one) => {expression}"


def _read_present(ref: TypeRef, source: str, named: str | None) -> str:
    if ref.item is not None:
        inner = read(ref.item, "one", named)
        reader = inner.removesuffix("(one)") if inner.endswith(".fromJson(one)") else f"(one) => {inner}"
        return f"{source}.list({reader})"
    if ref.kind is TypeKind.SCALAR:
        return _SCALARS.get(ref.name, _TEXT)[1].format(source)
    return f"{enum_class(ref.name) if ref.kind is TypeKind.ENUM else named}.fromJson({source})"


def _write_named(ref: TypeRef, value: str) -> str:
    if ref.kind is TypeKind.SCALAR:
        return _SCALARS.get(ref.name, _TEXT)[2].format(value)
    return f"wireOf({value})" if ref.kind is TypeKind.ENUM else f"{value}.toJson()"


def _scalar(ref: TypeRef) -> str | None:
    return ref.name if ref.item is None and ref.kind is TypeKind.SCALAR else None
