"""Seeded random valid queries over our schema: aliases, fragments, directives, variables, pages, filters, real ids."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from schema.ids import PREFIXES
from tests.contract.both_executors import GRAPHQL

MOST_DEPTH, MOST_FIELDS = 7, 6

TEXTS: dict[str, list[Any]] = {
    "String": ["shop", "e", "", "Gig 1", "%_\\"],
    "Currency": ["EUR", "JPY", "KWD", "XXX"],
    "DateTime": ["2026-03-01T09:30:00Z", "1999-12-31T23:59:59.5+02:00"],
    "Date": ["2026-03-01", "2026-11-21"],
    "Int64": ["115000", "-5"],
    "Decimal": ["1.5"],
}


@dataclass(slots=True)
class Known:
    """What documents may name: ids by prefix, and cursors that answers have shown."""

    ids: dict[str, list[str]]
    cursors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A query with the values of its variables."""

    text: str
    variables: dict[str, Any]


class Writer:
    """Writes one document."""

    def __init__(self, random: Random, known: Known) -> None:
        self._random, self._known = random, known
        self._variables: dict[str, tuple[str, Any]] = {}
        self._fragments: list[str] = []
        self._aliases = 0

    def document(self) -> Document:
        query: Any = GRAPHQL.query_type
        body = self._selection(query, 0)
        names = ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())
        heading = f"query({names}) " if names else ""
        text = f"{heading}{body}\n" + "\n".join(self._fragments)
        return Document(text, {name: value for name, (_, value) in self._variables.items()})

    def beside(self, document: Document, shown: Any, depth: int) -> Document:
        """That document, whose one root field has variables and returns such a type, selecting more of it."""
        more = self._selection(shown, depth).removeprefix("{").removesuffix("}")
        names = "".join(f", ${name}: {kind}" for name, (kind, _) in self._variables.items())
        head, below, tail = document.text.rpartition("} }")
        text = f"{head} {more}{below}{tail}".replace(")", f"{names})", 1) + "\n" + "\n".join(self._fragments)
        return Document(text, document.variables | {name: value for name, (_, value) in self._variables.items()})

    def _selection(self, shown: Any, depth: int) -> str:
        most = 2 if depth == 0 else MOST_FIELDS
        wanted = [self._any_field(shown, depth) for _ in range(self._random.randint(1, most))]
        chosen = [one for one in wanted if one] or ["__typename"]
        return "{ " + " ".join(chosen) + " }"

    def _any_field(self, shown: Any, depth: int) -> str:
        dice = self._random.random()
        if dice < 0.04:
            return f"__typename{self._directive()}"
        if dice < 0.10 and depth > 0:
            return self._fragment(shown, depth)
        if isinstance(shown, (GraphQLInterfaceType, GraphQLUnionType)):
            return self._fragment(shown, depth)
        fields: dict[str, GraphQLField] = shown.fields
        usable = [name for name, one in fields.items() if depth < MOST_DEPTH or is_leaf_type(get_named_type(one.type))]
        return self._field(*self._random.choice([(name, fields[name]) for name in usable]), depth) if usable else ""

    def _field(self, name: str, definition: GraphQLField, depth: int) -> str:
        arguments = self._arguments(definition)
        # Fields with arguments get a name of their own: two selections of one key must agree on them.
        self._aliases += 1
        alias = f"a{self._aliases}: " if definition.args or self._random.random() < 0.1 else ""
        named = get_named_type(definition.type)
        below = "" if is_leaf_type(named) else " " + self._selection(named, depth + 1)
        if alias == "" and below and depth > 0 and self._random.random() < 0.3:
            alias = f"a{self._aliases}: "
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _fragment(self, shown: Any, depth: int) -> str:
        target = self._target(shown)
        body = self._selection(target, depth + 1)
        on = "" if target is shown and self._random.random() < 0.3 else f" on {target.name}"
        if self._random.random() < 0.5:
            return f"...{on}{self._directive()} {body}"
        name = f"F{len(self._fragments)}_{self._random.randrange(10**6)}"
        self._fragments.append(f"fragment {name} on {target.name} {body}")
        return f"...{name}{self._directive()}"

    def _target(self, shown: Any) -> Any:
        if isinstance(shown, GraphQLObjectType):
            return self._random.choice([shown, *shown.interfaces])
        return self._random.choice(list(GRAPHQL.get_possible_types(shown)))

    def _directive(self) -> str:
        dice = self._random.random()
        if dice > 0.06:
            return ""
        directive, value = self._random.choice(["skip", "include"]), self._random.random() < 0.5
        if dice > 0.03:
            return f" @{directive}(if: {json.dumps(value)})"
        return f" @{directive}(if: ${self._variable('Boolean!', value)})"

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self._variables)}"
        self._variables[name] = (kind, value)
        return name

    def _arguments(self, definition: GraphQLField) -> str:
        given: list[str] = []
        for name, argument in definition.args.items():
            required = isinstance(argument.type, GraphQLNonNull)
            likely = {"after": 0.08, "before": 0.05, "last": 0.12, "filter": 0.25, "orderBy": 0.2}.get(name, 0.6)
            if not required and self._random.random() > likely:
                continue
            if name == "last" and any(one.startswith("first:") for one in given) and self._random.random() < 0.9:
                continue
            shown = PREFIXES.get(get_named_type(definition.type).name, "")
            value = self._value(argument.type, shown if name == "id" else name)
            if self._random.random() < 0.25:
                given.append(f"{name}: ${self._variable(str(argument.type), value)}")
            else:
                given.append(f"{name}: {self._literal(value, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, kind: Any, name: str) -> Any:
        inner, named = get_nullable_type(kind), get_named_type(kind)
        if isinstance(inner, GraphQLList):
            return [self._value(inner.of_type, name) for _ in range(self._random.randint(0, 3))]
        if isinstance(named, GraphQLInputObjectType):
            names = [one for one, f in named.fields.items() if isinstance(f.type, GraphQLNonNull)]
            names += [
                one for one in named.fields if one not in names and self._random.random() < 1.5 / len(named.fields)
            ]
            return {one: self._value(named.fields[one].type, one) for one in names}
        if isinstance(named, GraphQLEnumType):
            return self._random.choice(list(named.values))
        return self._scalar(named.name, name)

    def _scalar(self, kind: str, name: str) -> Any:
        if kind == "ID":
            return self._id(name)
        if kind == "Int":
            return self._random.choice([1, 2, 3, 5, 20, 100] if self._random.random() < 0.97 else [0, -1, 101])
        if kind == "Boolean":
            return self._random.random() < 0.5
        if kind == "Cursor":
            known = self._known.cursors
            return self._random.choice(known) if known and self._random.random() < 0.95 else "nonsense"
        wrong = self._random.random() < 0.03
        return self._random.choice(TEXTS.get(kind, ["nonsense"])) if not wrong else "nonsense"

    def _id(self, name: str) -> str:
        """Mostly an id that exists, and mostly one of the right type."""
        if self._random.random() < 0.03:
            return self._random.choice(["", "gig_", f"gig_{'0' * 32}", "x_1"])
        pools = self._known.ids
        wanted = PREFIX_OF.get(name, name)
        pool = pools.get(wanted) if self._random.random() < 0.95 else None
        return self._random.choice(pool or self._random.choice([one for one in pools.values() if one]))

    def _literal(self, value: Any, kind: Any) -> str:
        named = get_named_type(kind)
        if isinstance(value, list):
            return f"[{', '.join(self._literal(one, kind) for one in value)}]"
        if isinstance(value, dict):
            fields = named.fields
            return "{" + ", ".join(f"{one}: {self._literal(v, fields[one].type)}" for one, v in value.items()) + "}"
        return str(value) if isinstance(named, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)


PREFIX_OF = {
    "categoryId": "cat",
    "organizationId": "org",
    "gigId": "gig",
    "projectId": "prj",
    "milestoneId": "mst",
    "customerId": "cus",
    "invoiceId": "inv",
    "paymentId": "pay",
    "accountId": "lac",
}
