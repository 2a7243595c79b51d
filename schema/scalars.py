"""Custom scalars. They never raise: what does not parse becomes Malformed, and the input it stands in refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

Int64 = NewType("Int64", int)
Currency = NewType("Currency", str)
CountryCode = NewType("CountryCode", str)
TimeZone = NewType("TimeZone", str)
Locale = NewType("Locale", str)
URL = NewType("URL", str)
Email = NewType("Email", str)
Cursor = NewType("Cursor", str)
DecimalText = NewType("DecimalText", Decimal)
JSON = NewType("JSON", object)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A value that its scalar could not read, kept so that all wrong fields are named in one refusal."""

    value: Any
    expected: str


def _lenient(parse: Callable[[Any], Any], expected: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        try:
            return parse(value)
        except (ValueError, TypeError, ArithmeticError, AttributeError):
            return Malformed(value, expected)

    return read


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def _int64(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, str) and not value.lstrip("-").isdecimal()):
        raise ValueError("not a whole number")
    number = int(value)
    if (number != value and not isinstance(value, str)) or not -(2**63) <= number < 2**63:
        raise ValueError("not a 64-bit whole number")
    return number


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("not a number")
    number = Decimal(str(value))
    if not number.is_finite():
        raise InvalidOperation
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def show_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _scalar(
    name: str,
    description: str,
    parse: Callable[[Any], Any],
    expected: str,
    show: Callable[[Any], Any] = str,
    by: str = "",
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        serialize=show,
        parse_value=_lenient(parse, expected),
        specified_by_url=by or None,
    )


SCALARS: dict[object, ScalarDefinition] = {
    datetime: _scalar(
        "DateTime",
        "An instant in UTC (RFC 3339), for example 2026-03-01T09:30:00Z.",
        _instant,
        "an instant such as 2026-03-01T09:30:00Z",
        show_instant,
        "https://scalars.graphql.org/andimarek/date-time.html",
    ),
    date: _scalar(
        "Date", "A calendar date (RFC 3339), for example 2026-03-01.", date.fromisoformat, "a date such as 2026-03-01"
    ),
    Int64: _scalar(
        "Int64",
        "A whole number of 64 bits as a string of digits; inputs also take a JSON integer.",
        _int64,
        "a whole number such as 115000",
    ),
    DecimalText: _scalar("Decimal", "An exact decimal number as a string.", _decimal, "a decimal number such as 12.5"),
    Currency: _scalar(
        "Currency", "A currency code of ISO 4217, for example EUR.", _text, "a currency code such as EUR"
    ),
    CountryCode: _scalar(
        "CountryCode", "A country of ISO 3166-1 alpha-2, for example MK.", _text, "a country such as MK"
    ),
    TimeZone: _scalar(
        "TimeZone",
        "A time zone of the IANA database, for example Europe/Skopje.",
        _text,
        "a zone such as Europe/Skopje",
    ),
    Locale: _scalar("Locale", "A language tag of BCP 47, for example en or de-AT.", _text, "a language tag such as en"),
    URL: _scalar("URL", "An absolute https URL.", _text, "a URL such as https://example.com/"),
    Email: _scalar("Email", "An e-mail address; upper and lower case are the same.", _text, "an e-mail address"),
    Cursor: _scalar("Cursor", "A place in a list or a live feed. Opaque: pass it back as it came.", _text, "a cursor"),
    UUID: _scalar(
        "UUID",
        "A UUID (RFC 9562), for example 0193a5c2-f7e8-7c0d-9b1f-3e5a7c9d1b2e.",
        lambda value: UUID(_text(value)),
        "a UUID such as 0193a5c2-f7e8-7c0d-9b1f-3e5a7c9d1b2e",
    ),
    JSON: _scalar("JSON", "Any JSON value.", lambda value: value, "a JSON value", lambda value: value),
}
