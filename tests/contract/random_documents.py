"""Seeded random valid queries over our schema: aliases, fragments, directives, variables, pages, filters, real ids."""

import json
from collections.abc import Container
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from planner.edges import Connection
from schema.ids import PREFIXES
from tests.contract.both_executors import GRAPHQL
from tests.contract.random_values import Known, Values, literal

MOST_DEPTH, MOST_FIELDS = 7, 6
CARELESS = 0.1
"""How many documents have wrong values in them, so that both executors refuse them."""
ID = 0.3
"""How often an object's id is selected besides, to see that nothing is shown which the viewer may not see."""

_LIKELY = {"after": 0.08, "before": 0.05, "last": 0.12, "filter": 0.25, "orderBy": 0.2}


@dataclass(slots=True)
class Document:
    """A query with the values of its variables."""

    text: str
    variables: dict[str, Any]


class Writer:
    """Writes one document, of the given root fields or of any."""

    def __init__(self, random: Random, known: Known, roots: Container[str] | None = None) -> None:
        self._random, self._roots = random, roots
        self._is_careless = random.random() < CARELESS
        self._values = Values(random, known, is_careless=self._is_careless)
        self._declared: list[str] = []
        self._given: dict[str, Any] = {}
        self._switches: list[str] = []
        self._fragments: list[str] = []
        self._aliases = 0

    def document(self) -> Document:
        query: Any = GRAPHQL.query_type
        body = self._selection(query, 0)
        heading = f"query({', '.join(self._declared)}) " if self._declared else ""
        return Document(f"{heading}{body}\n" + "\n".join(self._fragments), self._given)

    def beside(self, document: Document, shown: Any, depth: int) -> Document:
        """That document, whose one root field has variables and returns such a type, selecting more of it."""
        more = self._selection(shown, depth).removeprefix("{").removesuffix("}")
        names = "".join(f", {one}" for one in self._declared)
        head, below, tail = document.text.rpartition("} }")
        text = f"{head} {more}{below}{tail}".replace(")", f"{names})", 1) + "\n" + "\n".join(self._fragments)
        return Document(text, document.variables | self._given)

    def _selection(self, shown: Any, depth: int) -> str:
        most = 2 if depth == 0 else MOST_FIELDS
        wanted = [self._any_field(shown, depth) for _ in range(self._random.randint(1, most))]
        chosen = [one for one in wanted if one] or ["__typename"]
        if "id" in getattr(shown, "fields", ()) and self._random.random() < ID:
            chosen.append("id")
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
        if depth == 0 and self._roots is not None:
            usable = [name for name in usable if name in self._roots]
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
        if self._switches and self._random.random() < 0.3:
            return f" @{directive}(if: {self._random.choice(self._switches)})"
        self._switches.append(self._variable(GraphQLNonNull(GRAPHQL.type_map["Boolean"]), value))
        return f" @{directive}(if: {self._switches[-1]})"

    def _arguments(self, definition: GraphQLField) -> str:
        values = {}
        for name, argument in definition.args.items():
            if not isinstance(argument.type, GraphQLNonNull) and self._random.random() > _LIKELY.get(name, 0.6):
                continue
            if name == "last" and "first" in values and not (self._is_careless and self._random.random() < 0.1):
                del values["first"]
            shown = PREFIXES.get(get_named_type(definition.type).name, "")
            values[name] = self._values.of(argument.type, shown if name == "id" else name)
        edge, likely = edge_of(definition), dict.fromkeys(values, 0.25)
        for name in [one for one in ("after", "before") if one in values and isinstance(edge, Connection)]:
            values[name] = self._values.cursor(edge, values.get("orderBy"))
            # Left out or null, the order would be another one than that of the cursor.
            likely["orderBy"] = 0
        texts = [
            f"{name}: {self._value(one, definition.args[name].type, likely[name])}" for name, one in values.items()
        ]
        return f"({', '.join(texts)})" if texts else ""

    def _value(self, value: Any, kind: Any, by_variable: float) -> str:
        """A value as it stands in the document, by a variable now and then, or with some inside."""
        if self._random.random() < by_variable:
            return self._variable(kind, value)
        inner, named = get_nullable_type(kind), get_named_type(kind)
        if isinstance(value, list) and is_list_type(inner):
            return f"[{', '.join(self._value(one, inner.of_type, 0.1) for one in value)}]"
        if isinstance(value, dict) and not isinstance(named, GraphQLEnumType):
            fields = named.fields
            return "{" + ", ".join(f"{one}: {self._value(v, fields[one].type, 0.15)}" for one, v in value.items()) + "}"
        return literal(value, kind)

    def _variable(self, kind: Any, value: Any) -> str:
        """Declares a variable: with a default or without, given or left out, with a value or null."""
        name, dice, is_open = f"v{len(self._declared)}", self._random.random(), not isinstance(kind, GraphQLNonNull)
        default = f" = {literal(value, kind)}" if dice < 0.15 and value is not None else ""
        self._declared.append(f"${name}: {kind}{default}")
        if dice < 0.10 and default:
            return f"${name}"
        if is_open and dice > 0.85:
            if dice > 0.92:
                self._given[name] = None
            return f"${name}"
        self._given[name] = value
        return f"${name}"


def edge_of(definition: GraphQLField) -> Any:
    """The edge behind a field; None where there is none."""
    return definition.extensions["strawberry-definition"].metadata.get("edge")
