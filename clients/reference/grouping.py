"""Which page of the reference a type or root field stands on: found from the schema, so that what is new has its place.

A page is about the nouns that share a first word: Gig, GigInvitation and GigCategory. Nouns are the types with an id,
and what a query returns by itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_introspection_type,
    is_scalar_type,
)

SHARED = "Shared"
_ALSO_NOUNS = ("Refusal", "LiveEvent")
_AREAS = {
    "People": ["Viewer", "User", "Session", "Organization", "Membership", "Invitation"],
    "Work": ["Gig", "Proposal", "Project", "Milestone", "Task", "PauseRequest", "DurationEstimate", "PlanPreview"],
    "Invoices": ["Invoice", "Customer", "TaxType"],
    "Money": ["Payment", "Wallet", "Ledger", "TrialBalance", "IntegrityReport"],
}
OTHER = "Platform"
"""The area of whatever is not in the list; pages that it names and the schema has not are left out."""


@dataclass(slots=True)
class Page:
    """A page: its types, and the root fields that read or change them, each as (operation, name), in schema order."""

    name: str
    area: str
    types: list[str] = field(default_factory=list)
    roots: list[tuple[OperationType, str]] = field(default_factory=list)


class Grouping:
    """All pages by name, and the page of each type and root field."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.page_of_root = dict(self._root_fields())
        self.page_of_type = self._types()
        self.pages = {name: Page(name, _area(name)) for name in self._order()}
        for type_name, page in self.page_of_type.items():
            self.pages[page].types.append(type_name)
        for root, page in self.page_of_root.items():
            self.pages[page].roots.append(root)

    def page_of(self, coordinate: str) -> str:
        """The page with the anchor of a type, a field or an enum value."""
        owner, _, name = coordinate.partition(".")
        for operation in OperationType:
            root = self.schema.get_root_type(operation)
            if root is not None and owner == root.name and name:
                return self.page_of_root[operation, name]
        return self.page_of_type.get(owner, SHARED)

    @cached_property
    def nouns(self) -> dict[str, str]:
        """The page of each noun: called by its first word where nouns share it, else as the noun."""
        node = self.schema.get_type("Node")
        assert isinstance(node, GraphQLInterfaceType), "every schema of ours has Node"
        named = [one.name for one in self.schema.get_implementations(node).objects]
        read = [entry_of(one) for one in self._fields(OperationType.QUERY).values()]
        also = [one for one in _ALSO_NOUNS if one in self.schema.type_map]
        nouns = dict.fromkeys([*named, *also, *(one.name for one in read if isinstance(one, GraphQLObjectType))])
        shared = Counter(_first_word(one) for one in nouns)
        return {one: _first_word(one) if shared[_first_word(one)] > 1 else one for one in nouns}

    def _fields(self, operation: OperationType) -> dict[str, GraphQLField]:
        root = self.schema.get_root_type(operation)
        return dict(root.fields) if root else {}

    def _root_fields(self) -> Iterator[tuple[tuple[OperationType, str], str]]:
        """A root field stands where what it returns stands; one that returns nothing of its own, with its neighbour."""
        for operation in OperationType:
            found = {name: self._page_by_result(one) for name, one in self._fields(operation).items()}
            last = next((page for page in found.values() if page), SHARED)
            for name, page in found.items():
                last = (page or last) if operation is OperationType.MUTATION else page or SHARED
                yield (operation, name), last

    def _page_by_result(self, root: GraphQLField) -> str | None:
        entry = entry_of(root)
        if entry.name in self.nouns:
            return self.nouns[entry.name]
        if isinstance(entry, GraphQLObjectType):
            inner = (get_named_type(one.type).name for one in entry.fields.values())
            return next((self.nouns[one] for one in inner if one in self.nouns), None) or self._page_by_word(entry.name)
        return None

    def _page_by_word(self, name: str) -> str | None:
        return next((page for noun, page in self.nouns.items() if _first_word(noun) == _first_word(name)), None)

    def _types(self) -> dict[str, str]:
        """Nouns, what mutations take and return, what shares a first word with a noun; the rest where it is used."""
        placed = dict(self.nouns)
        for (operation, name), page in self.page_of_root.items():
            if operation is not OperationType.SUBSCRIPTION:
                title = name[0].upper() + name[1:]
                placed |= {one: page for end in ("Input", "Payload", "Result") if (one := title + end) in self._names}
        by_word = {name: self._page_by_word(name) for name in self._names if name not in placed}
        placed |= {name: page for name, page in by_word.items() if page}
        users = self._users()
        is_open = [
            name for name in self._names if name not in placed and not is_scalar_type(self.schema.type_map[name])
        ]
        while moved := [(name, only) for name in is_open if (only := _only(placed, users[name])) is not None]:
            placed.update(moved)
            is_open = [name for name in is_open if name not in placed]
        return {name: placed.get(name, SHARED) for name in self._names}

    @cached_property
    def _names(self) -> list[str]:
        roots = {one.name for operation in OperationType if (one := self.schema.get_root_type(operation))}
        return [
            name for name, one in self.schema.type_map.items() if not is_introspection_type(one) and name not in roots
        ]

    def _users(self) -> dict[str, set[str]]:
        """Which types use a type."""
        users: dict[str, set[str]] = defaultdict(set)
        for name in self._names:
            for used in _used_by(self.schema.type_map[name]):
                users[used].add(name)
        for operation in OperationType:
            for root in self._fields(operation).values():
                for argument in root.args.values():
                    users[get_named_type(argument.type).name].add(entry_of(root).name)
        return users

    def _order(self) -> list[str]:
        """By area in the order of the list; then what is not in it; last what is shared by all."""
        listed = [page for pages in _AREAS.values() for page in pages]
        used = dict.fromkeys([*self.page_of_type.values(), *self.page_of_root.values()])
        others = sorted(page for page in used if page not in listed and page != SHARED)
        return [*(page for page in listed if page in used), *others, SHARED]


def _area(page: str) -> str:
    return next((area for area, pages in _AREAS.items() if page in pages), OTHER)


def _first_word(name: str) -> str:
    found = re.match(r"[A-Z]+[a-z0-9]*", name)
    return found[0] if found else name


def entry_of(field: GraphQLField) -> GraphQLNamedType:
    """What a field is about: of a page its nodes, of a result its payload."""
    type_: GraphQLNamedType = get_named_type(field.type)
    if isinstance(type_, GraphQLUnionType):
        payloads: list[GraphQLNamedType] = [one for one in type_.types if one.name != "Refusal"]
        return payloads[0]
    if isinstance(type_, GraphQLObjectType) and "nodes" in type_.fields and "pageInfo" in type_.fields:
        entry: GraphQLNamedType = get_named_type(type_.fields["nodes"].type)
        return entry
    return type_


def _used_by(type_: GraphQLNamedType) -> Iterator[str]:
    if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
        for one in type_.fields.values():
            yield get_named_type(one.type).name
            yield from (get_named_type(argument.type).name for argument in one.args.values())
    elif isinstance(type_, GraphQLInputObjectType):
        yield from (get_named_type(one.type).name for one in type_.fields.values())
    elif isinstance(type_, GraphQLUnionType):
        yield from (one.name for one in type_.types)


def _only(placed: dict[str, str], users: set[str]) -> str | None:
    """The one page of all users; None while a user has no place, or where there are several."""
    pages = {placed.get(one) for one in users}
    return pages.pop() if len(pages) == 1 else None
