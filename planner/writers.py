"""Ready-made ways for SQL to write fields that are not simply columns."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Numeric, Table, Text, case, cast, func, literal_column

from planner.texts import Expression, Piece, Record, nullable, quoted


def hex_id(prefix: str, column: str = "id") -> Expression:
    """A UUID as `<prefix>` and 32 hex digits."""
    return Expression(
        lambda table: nullable(
            table.c[column],
            lambda value: quoted(prefix, func.encode(func.uuid_send(value), literal_column("'hex'"), type_=Text)),
        )
    )


def prefixed(prefix: str, column: str) -> Expression:
    """A number behind a constant."""
    return Expression(lambda table: quoted(prefix, table.c[column]))


Value: TypeAlias = Callable[[Table], ColumnElement[Any]]


def amount(
    minor: Value, currency: str, exponents: Mapping[str, int], *, minor_field: str, currency_field: str, decimal: str
) -> Record:
    """Minor units and their currency as an object of three fields; null where there is no amount."""

    def in_minor_units(table: Table) -> list[Piece]:
        return quoted(minor(table))

    def in_major_units(table: Table) -> list[Piece]:
        return quoted(_decimal(minor(table), table.c[currency], exponents))

    def of_currency(table: Table) -> list[Piece]:
        return [cast(func.to_json(table.c[currency]), Text)]

    def can_be_absent(table: Table) -> bool:
        value = minor(table)
        return isinstance(value, Column) and bool(value.nullable)

    return Record(
        {
            minor_field: Expression(in_minor_units),
            currency_field: Expression(of_currency),
            decimal: Expression(in_major_units),
        },
        absent=lambda table: minor(table).is_(None),
        can_be_absent=can_be_absent,
    )


def _decimal(minor: ColumnElement[Any], currency: ColumnElement[Any], exponents: Mapping[str, int]) -> Piece:
    """Exact: the product of numerics has the decimals of its factors, here those that the currency has."""
    by_exponent: dict[int, list[str]] = {}
    for code, exponent in sorted(exponents.items()):
        by_exponent.setdefault(exponent, []).append(code)
    whens = [
        (currency.in_([literal_column(f"'{code}'") for code in codes]), _unit(exponent))
        for exponent, codes in sorted(by_exponent.items())
        if exponent != _USUAL
    ]
    unit = case(*whens, else_=_unit(_USUAL)) if whens else _unit(_USUAL)
    return cast(minor.op("*")(unit), Text)


_USUAL = 2


def _unit(exponent: int) -> ColumnElement[Any]:
    """One minor unit in major ones: 1, 0.01, 0.001."""
    return literal_column(f"{Decimal(1).scaleb(-exponent):f}", Numeric)
