"""Random values of inputs: ids and cursors that exist, texts that are found; where one is careless, some wrong ones."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)

from planner.edges import Connection
from planner.pages import PageRequest, encode_cursor

WRONG_SCALAR, WRONG_NUMBER, WRONG_ID, ID_OF_ANOTHER_TYPE, WRONG_CURSOR = 0.03, 0.03, 0.03, 0.05, 0.15

TEXTS: dict[str, list[Any]] = {
    "String": ["shop", "e", "", "Gig 1", "%_\\"],
    "Currency": ["EUR", "JPY", "KWD", "XXX"],
    "DateTime": ["2026-03-01T09:30:00Z", "1999-12-31T23:59:59.5+02:00"],
    "Date": ["2026-03-01", "2026-11-21"],
    "Int64": ["115000", "-5"],
    "Decimal": ["1.5"],
    "TimeZone": ["UTC", "Europe/Skopje"],
    "permission": ["work:write", "staff:read"],
    "featureCode": ["members", "einvoice", "invoices.monthly"],
}
"""By the kind of scalar; those of one name only, by that."""
PREFIX_OF = {
    "categoryId": "cat",
    "fileId": "fil",
    "organizationId": "org",
    "userId": "usr",
    "subjectId": "usr",
    "freelancerOrganizationId": "org",
    "gigId": "gig",
    "appId": "app",
    "projectId": "prj",
    "milestoneId": "mst",
    "customerId": "cus",
    "invoiceId": "inv",
    "paymentId": "pay",
    "accountId": "lac",
    "taxTypeIds": "tax",
}


@dataclass(slots=True)
class Known:
    """What documents may name: ids by prefix, and the objects whose places in lists cursors stand for, by class."""

    ids: dict[str, list[str]]
    objects: dict[type, list[Any]] = field(default_factory=dict)


class Values:
    """Makes values. Whoever is careless gets one that is wrong now and then."""

    def __init__(self, random: Random, known: Known, *, is_careless: bool) -> None:
        self._random, self._known, self._is_careless = random, known, is_careless

    def chance(self, of: float) -> bool:
        return self._random.random() < of

    def of(self, kind: Any, name: str) -> Any:
        """A value of an input type for an argument or field of that name; an id may be asked for by its prefix."""
        inner, named = get_nullable_type(kind), get_named_type(kind)
        if isinstance(inner, GraphQLList):
            return [self.of(inner.of_type, name) for _ in range(self._random.randint(0, 3))]
        if isinstance(named, GraphQLInputObjectType):
            required = [one for one, given in named.fields.items() if isinstance(given.type, GraphQLNonNull)]
            likely = 1.5 / len(named.fields)
            names = required + [one for one in named.fields if one not in required and self.chance(likely)]
            return {one: self.of(named.fields[one].type, one) for one in names}
        if isinstance(named, GraphQLEnumType):
            return self._random.choice(list(named.values))
        return self._scalar(named.name, name)

    def cursor(self, connection: Connection, order_by: Any) -> str | None:
        """The place of some object in a list in that order; None where no object is known."""
        if self._wrong(WRONG_CURSOR):
            return "nonsense"
        objects = self._known.objects.get(connection.target.entity)
        order = tuple((one["field"], one["direction"] == "DESC") for one in order_by or ())
        return encode_cursor(connection, PageRequest(order=order), self._random.choice(objects)) if objects else None

    def _wrong(self, chance: float) -> bool:
        return self._is_careless and self.chance(chance)

    def _scalar(self, kind: str, name: str) -> Any:
        if kind == "ID":
            return self._id(name)
        if kind == "Int":
            return self._random.choice([0, -1, 101] if self._wrong(WRONG_NUMBER) else [1, 2, 3, 5, 20, 100])
        if kind == "Boolean":
            return self.chance(0.5)
        texts = TEXTS.get(name) or TEXTS.get(kind, ["nonsense"])
        return self._random.choice(texts) if not self._wrong(WRONG_SCALAR) else "nonsense"

    def _id(self, name: str) -> str:
        if self._wrong(WRONG_ID):
            return self._random.choice(["", "gig_", f"gig_{'0' * 32}", "x_1"])
        pool = None if self._wrong(ID_OF_ANOTHER_TYPE) else self._known.ids.get(PREFIX_OF.get(name, name))
        return self._random.choice(pool or self._random.choice([one for one in self._known.ids.values() if one]))


def literal(value: Any, kind: Any) -> str:
    """The value as a document has it."""
    named = get_named_type(kind)
    if isinstance(value, list):
        return f"[{', '.join(literal(one, kind) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{one}: {literal(below, named.fields[one].type)}" for one, below in value.items()) + "}"
    return str(value) if isinstance(named, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)
