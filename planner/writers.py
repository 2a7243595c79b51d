"""Ready-made ways for SQL to write fields that are not simply columns."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Numeric, Table, Text, case, cast, func, literal_column

from planner.texts import Expression, Piece, Record, nullable, quoted


def hex_id(prefix: str, column: str = "id") -> Expression:
    """A UUID as `<prefix>` and 32 hex digits."""
    return Expression(
        lambda table: nullable(
            table.c[column],
            lambda value: quoted(prefix, func.replace(cast(value, Text), literal_column("'-'"), literal_column("''"))),
        )
    )


def prefixed(prefix: str, column: str) -> Expression:
    """A number behind a constant."""
    return Expression(lambda table: quoted(prefix, table.c[column]))


def whole_amount(column: str) -> Expression:
    """A number of minor units as a string of digits."""
    return Expression(lambda table: quoted(table.c[column]))


def amount(
    minor: str, currency: str, exponents: Mapping[str, int], *, minor_field: str, currency_field: str, decimal: str
) -> Record:
    """Minor units and their currency as an object of three fields; null where there is no amount."""

    def in_major_units(table: Table) -> list[Piece]:
        return quoted(_decimal(table, minor, currency, exponents))

    def of_currency(table: Table) -> list[Piece]:
        return [cast(func.to_json(table.c[currency]), Text)]

    return Record(
        {
            minor_field: whole_amount(minor),
            currency_field: Expression(of_currency),
            decimal: Expression(in_major_units),
        },
        absent=lambda table: table.c[minor].is_(None),
        can_be_absent=lambda table: bool(table.c[minor].nullable),
    )


def _decimal(table: Table, minor: str, currency: str, exponents: Mapping[str, int]) -> Piece:
    """Exact: a quotient of numerics, rounded to the decimals that the currency has."""
    value = cast(cast(table.c[minor], BigInteger), Numeric)
    by_exponent: dict[int, list[str]] = {}
    for code, exponent in sorted(exponents.items()):
        by_exponent.setdefault(exponent, []).append(code)
    whens = [
        (table.c[currency].in_([literal_column(f"'{code}'") for code in codes]), _scaled(value, exponent))
        for exponent, codes in sorted(by_exponent.items())
        if exponent != _USUAL
    ]
    return case(*whens, else_=_scaled(value, _USUAL)) if whens else _scaled(value, _USUAL)


_USUAL = 2


def _scaled(value: Piece, exponent: int) -> Piece:
    if exponent == 0:
        return cast(value, Text)
    quotient = value / cast(literal_column(str(10**exponent)), Numeric)
    return cast(func.round(quotient, literal_column(str(exponent))), Text)
