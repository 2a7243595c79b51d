"""The texts that PostgreSQL writes are those that the types' serializers would write, to the last character."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
)
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.schema import CreateTable

from planner.statements import DIALECT
from planner.texts import Expression, column_plan, concatenated
from planner.writers import hex_id


class Colour(Enum):
    """Values that are not their names."""

    RED = "r"
    GREEN = "gr'een"


class Size(Enum):
    """Values that are their names."""

    SMALL = "SMALL"


def _scalar(name: str) -> GraphQLScalarType:
    return GraphQLScalarType(name)


COLOUR = GraphQLEnumType("Colour", Colour, names_as_values=None)
SIZE = GraphQLEnumType("Size", Size, names_as_values=None)
TEXTS = GraphQLList(GraphQLNonNull(GraphQLString))

things = Table(
    "things",
    MetaData(),
    Column("text", Text),
    Column("texts", ARRAY(Text)),
    Column("whole", Integer),
    Column("large", BigInteger),
    Column("exact", Numeric(12, 4)),
    Column("yes", Boolean),
    Column("day", Date),
    Column("moment", DateTime(timezone=True)),
    Column("id", Uuid),
    Column("colour", EnumColumn(Colour, native_enum=False, values_callable=lambda kind: [one.value for one in kind])),
    Column("size", EnumColumn(Size, native_enum=False)),
)
TYPES: dict[str, Any] = {
    "text": GraphQLString,
    "texts": TEXTS,
    "whole": GraphQLInt,
    "large": _scalar("Int64"),
    "exact": _scalar("Decimal"),
    "yes": GraphQLBoolean,
    "day": _scalar("Date"),
    "moment": _scalar("DateTime"),
    "colour": COLOUR,
    "size": SIZE,
}
EVERY_CHARACTER = "".join(map(chr, range(1, 0x3000))) + "\U0001f41b"
EAST = timezone(timedelta(hours=5, minutes=45))

VALUES: list[tuple[str, Any, Any]] = [
    ("text", EVERY_CHARACTER, EVERY_CHARACTER),
    ("text", "", ""),
    ("texts", ["", 'a"b', "{c}", EVERY_CHARACTER], ["", 'a"b', "{c}", EVERY_CHARACTER]),
    ("texts", [], []),
    ("whole", 0, 0),
    ("whole", -(2**31), -(2**31)),
    ("large", -(2**63), str(-(2**63))),
    ("exact", Decimal("0.0001"), "0.0001"),
    ("exact", Decimal("-12345678.5"), "-12345678.5000"),
    ("exact", Decimal(0), "0.0000"),
    ("yes", True, True),
    ("yes", False, False),
    ("day", date(1, 1, 1), "0001-01-01"),
    ("day", date(2024, 2, 29), "2024-02-29"),
    ("day", date(9999, 12, 31), "9999-12-31"),
    ("moment", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01T09:30:00Z"),
    ("moment", datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC), "2026-03-01T09:30:00.000005Z"),
    ("moment", datetime(2026, 3, 1, 9, 30, 0, 120_000, tzinfo=UTC), "2026-03-01T09:30:00.120000Z"),
    ("moment", datetime(2026, 3, 1, 2, tzinfo=EAST), "2026-02-28T20:15:00Z"),
    ("moment", datetime(33, 4, 3, 15, tzinfo=UTC), "0033-04-03T15:00:00Z"),
    ("moment", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ("moment", datetime.min.replace(tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ("colour", "r", "RED"),
    ("colour", "gr'een", "GREEN"),
    ("size", "SMALL", "SMALL"),
]


@pytest.fixture
async def driver(postgres: str) -> AsyncIterator[Any]:
    """A connection far from UTC, which must not show."""
    driver = await asyncpg.connect(postgres, server_settings={"timezone": "Asia/Kathmandu", "datestyle": "ISO, YMD"})
    transaction = driver.transaction()
    await transaction.start()
    await driver.execute(str(CreateTable(things).compile(dialect=DIALECT)))
    yield driver
    await transaction.rollback()
    await driver.close()


@pytest.mark.parametrize(("name", "value", "shown"), VALUES)
async def test_a_column_is_written_as_its_serializer_would(driver: Any, name: str, value: Any, shown: Any) -> None:
    await driver.execute(f"INSERT INTO things ({name}) VALUES ($1)", value)
    plan = column_plan(things.c[name], TYPES[name])
    assert plan is not None
    assert await _written(driver, plan) == orjson.dumps(shown).decode()


@pytest.mark.parametrize("name", TYPES)
async def test_nothing_is_written_as_null(driver: Any, name: str) -> None:
    await driver.execute("INSERT INTO things DEFAULT VALUES")
    plan = column_plan(things.c[name], TYPES[name])
    assert plan is not None
    assert await _written(driver, plan) == "null"


async def test_ids_are_their_prefix_and_all_hex_digits(driver: Any) -> None:
    await driver.execute("INSERT INTO things (id) VALUES ($1)", UUID(int=0xAB))
    assert await _written(driver, hex_id("gig_")) == f'"gig_{"0" * 30}ab"'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("text", GraphQLNonNull(GraphQLString)),
        ("text", GraphQLInt),
        ("large", GraphQLInt),
        ("texts", GraphQLList(GraphQLString)),
        ("texts", GraphQLList(GraphQLNonNull(GraphQLInt))),
        ("colour", GraphQLString),
        ("moment", _scalar("Date")),
        ("day", _scalar("DateTime")),
    ],
)
def test_what_a_serializer_might_refuse_or_change_is_left_to_it(name: str, kind: Any) -> None:
    assert column_plan(things.c[name], kind) is None


async def _written(driver: Any, plan: Any) -> str:
    assert isinstance(plan, Expression)
    statement = select(concatenated(plan.write(things))).compile(dialect=DIALECT)
    text: str = await driver.fetchval(str(statement))
    return text
