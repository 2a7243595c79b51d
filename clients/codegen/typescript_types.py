"""TypeScript types: of scalars, enums and inputs, and of what an operation or fragment selects."""

from collections.abc import Iterable, Iterator

from clients.codegen.model import Api, Enum, Field, InputType, Selection, TypeKind, TypeRef
from clients.codegen.typescript_text import comment, union

_BUILT_IN = {"ID": "string", "String": "string", "Int": "number", "Float": "number", "Boolean": "boolean"}
# What would hide a global of the language where it is imported.
_GLOBALS = {"Date", "Error", "JSON", "Map", "Object", "Promise", "Set", "String", "Symbol", "URL"}
_JSON = "JSON"


class Names:
    """Gives every type a name of its own, and remembers which names of other modules a module uses."""

    def __init__(self, api: Api) -> None:
        self._taken = {one.name for group in (api.enums, api.inputs, api.fragments) for one in group}
        self._taken |= {scalar_name(one.name) for one in api.scalars} | {"As", "Client", "Other"}
        self.used: dict[str, set[str]] = {}

    def claim(self, wanted: str) -> str:
        """The wanted name, or that with a number where it is taken."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}{number}", number + 1
        self._taken.add(name)
        return name

    def use(self, module: str, name: str) -> str:
        self.used.setdefault(module, set()).add(name)
        return name

    def begin_module(self) -> None:
        self.used = {}


def scalar_name(name: str) -> str:
    """What a scalar is called here."""
    return f"{name}Scalar" if name in _GLOBALS else name


def scalar_lines(name: str, description: str) -> list[str]:
    type_ = "unknown" if name == _JSON else "string"
    return [*comment(description), f"export type {scalar_name(name)} = {type_};"]


def enum_lines(enum: Enum, names: Names) -> list[str]:
    """The values of today as an object, and a type that more values fit into."""
    lines = [*comment(enum.description), f"export const {enum.name} = {{"]
    for value in enum.values:
        lines += comment(value.description, "  ", value.deprecation)
        lines.append(f"  {value.name}: '{value.name}',")
    lines += ["} as const;", ""]
    lines += comment(f"One of {enum.name}'s values, or one that a newer server has added.")
    opened = names.use("runtime", "Open")
    return [*lines, f"export type {enum.name} = {opened}<keyof typeof {enum.name}>;"]


def input_lines(input_: InputType, names: Names) -> list[str]:
    lines = [*comment(input_.description), f"export interface {input_.name} {{"]
    for field in input_.fields:
        lines += comment(field.description, "  ", field.deprecation)
        mark = "" if field.required else "?"
        lines.append(f"  readonly {field.name}{mark}: {reference(field.type, names)};")
    return [*lines, "}"]


def reference(type_: TypeRef, names: Names, selected: str | None = None) -> str:
    """A type as it is used; `selected` is the name of what is selected of objects."""
    if type_.item is not None:
        text = f"ReadonlyArray<{reference(type_.item, names, selected)}>"
    else:
        text = selected or _leaf(type_, names)
    return f"{text} | null" if type_.nullable else text


def _leaf(type_: TypeRef, names: Names) -> str:
    if type_.name in _BUILT_IN:
        return _BUILT_IN[type_.name]
    module = {TypeKind.ENUM: "enums", TypeKind.INPUT: "inputs"}.get(type_.kind, "scalars")
    return names.use(module, scalar_name(type_.name))


class SelectionTypes:
    """Writes the types of selections; each object that is no fragment by itself becomes an interface with a name."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._chosen: dict[Selection, str] = {}
        self.sections: list[list[str]] = []

    def name_of(self, selection: Selection, wanted: str, description: str) -> str:
        """The name of the type for a selection; its text is added to the sections unless it is a fragment's."""
        if selection.arms:
            name = self.choice(selection, self._names.claim(wanted), description)
        elif len(selection.spreads) == 1 and not selection.own and not selection.has_typename:
            name = self._names.use("fragments", selection.spreads[0])
        else:
            name = self.interface(selection, self._names.claim(wanted), description)
        self._chosen[selection] = name
        return name

    def chosen(self, selection: Selection) -> str:
        """The name that a selection has got."""
        return self._chosen[selection]

    def interface(self, selection: Selection, name: str, description: str, typename: str | None = None) -> str:
        """Adds an interface; `typename` is the literal where the concrete type is known."""
        place = len(self.sections)
        parents = [self._names.use("fragments", one) for one in selection.spreads]
        extends = f" extends {', '.join(parents)}" if parents else ""
        lines = [*comment(description), f"export interface {name}{extends} {{"]
        if selection.has_typename:
            known = typename or (selection.type_name if selection.type_kind is TypeKind.OBJECT else None)
            lines.append(f"  readonly __typename: {_literal(known)};")
        lines += self._fields(selection.own, name.removesuffix("Result"))
        self.sections.insert(place, [*lines, "}"] if lines[-1][-1] != "{" else [*lines[:-1], f"{lines[-1]}}}"])
        return name

    def _fields(self, fields: Iterable[Field], owner: str) -> Iterator[str]:
        for field in fields:
            yield from comment(field.description, "  ", field.deprecation)
            mark = "?" if field.conditional else ""
            yield f"  readonly {field.key}{mark}: {self.type_of(field, owner)};"

    def type_of(self, field: Field, owner: str) -> str:
        """The type of a field; what is selected of it is named after the owner and the field."""
        if field.selection is None:
            return reference(field.type, self._names)
        part = field.type.name if field.type.item is not None else field.key[0].upper() + field.key[1:]
        selected = self.name_of(field.selection, f"{owner}{part}", field.description)
        return reference(field.type, self._names, selected)

    def choice(self, selection: Selection, name: str, description: str) -> str:
        """Adds a union of an interface for each type that is told apart, and of what is left."""
        place = len(self.sections)
        members = [self._arm(arm, name) for arm in selection.arms]
        if selection.fields:
            rest = self._names.claim(f"{name.removesuffix('Result')}Other")
            members.append(self.interface(selection, rest, "Where it is of any other type.", "%other"))
        else:
            members.append(self._names.use("runtime", "Other"))
        self.sections.insert(place, [*comment(description), *union(f"export type {name} =", members)])
        return name

    def _arm(self, arm: Selection, owner: str) -> str:
        if len(arm.spreads) == 1 and not arm.own:
            tagged = self._names.use("runtime", "As")
            return f"{tagged}<'{arm.type_name}', {self._names.use('fragments', arm.spreads[0])}>"
        name = self._names.claim(arm_name(owner, arm.type_name))
        return self.interface(arm, name, f"Where it is {_article(arm.type_name)} {arm.type_name}.", arm.type_name)


def arm_name(owner: str, type_name: str) -> str:
    """PublishGigResult and PublishGigPayload give PublishGigPayload; GetNodeResult and Gig give GetNodeGig."""
    stem = owner.removesuffix("Result")
    return type_name if type_name.startswith(stem) else f"{stem}{type_name}"


def _literal(typename: str | None) -> str:
    return f"'{typename}'" if typename else "string"


def _article(word: str) -> str:
    return "an" if word[0] in "AEIO" else "a"
