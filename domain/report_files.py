"""Reports as CSV: for providers that offer no other, read line by line with what is wrong about each."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.currencies import EXPONENTS
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.provider_reports import DayReport, LineKind, ReportLine
from domain.refusals import Problem, invalid, invalid_fields

COLUMNS = ("kind", "externalId", "key", "amountMinor", "currency", "feeMinor", "at")
BALANCE = "BALANCE"
"""A line of this kind says what the provider keeps at the end of the day."""
MOST_LINES, MOST_PROBLEMS, LONGEST_ID = 20_000, 20, 200


def read(day: date, content: str) -> DayReport:
    """Refuses INVALID with the first things that are wrong, by the number of their line."""
    rows = csv.reader(content.splitlines(), strict=True)
    lines: dict[tuple[str, LineKind], ReportLine] = {}
    balances: Counter[str] = Counter()
    problems: list[Problem] = []
    for number, row in enumerate(_rows(rows), 2):
        try:
            fields = _fields(row)
            if fields["kind"] == BALANCE:
                balances[_currency(fields)] = _whole(fields, "amountMinor", least=-MAX_AMOUNT_MINOR)
            else:
                line = _line(fields, day)
                lines[line.external_id, line.kind] = line
        except ValueError as wrong:
            problems.append(Problem(("content", str(number)), f"Line {number}: {wrong}"))
        if len(problems) == MOST_PROBLEMS:
            break
    if problems:
        raise invalid_fields(problems)
    return DayReport(day=day, lines=tuple(lines.values()), balances=balances)


def _rows(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """What follows the heading."""
    try:
        heading = next(rows, [])
        if tuple(heading) != COLUMNS:
            raise invalid(f"The first line names the columns: {','.join(COLUMNS)}.", "content")
        for number, row in enumerate(rows, 1):
            if number > MOST_LINES:
                raise invalid(f"At most {MOST_LINES} lines at once: import a longer report in parts.", "content")
            yield row
    except csv.Error as error:
        raise invalid(f"This is no CSV: {error}.", "content") from None


def _fields(row: list[str]) -> dict[str, str]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"it has {len(row)} columns instead of {len(COLUMNS)}.")
    return dict(zip(COLUMNS, (value.strip() for value in row), strict=True))


def _line(fields: dict[str, str], day: date) -> ReportLine:
    external_id = fields["externalId"]
    if not 1 <= len(external_id) <= LONGEST_ID:
        raise ValueError(f"externalId has 1 to {LONGEST_ID} characters.")
    at = _instant(fields)
    if at.date() != day:
        raise ValueError(f"at is not on {day} in UTC.")
    return ReportLine(
        external_id=external_id,
        kind=_kind(fields),
        key=_key(fields),
        amount=Money(_whole(fields, "amountMinor", least=0), _currency(fields)),
        fee_minor=_whole(fields, "feeMinor", least=-MAX_AMOUNT_MINOR) if fields["feeMinor"] else 0,
        at=at,
    )


def _kind(fields: dict[str, str]) -> LineKind:
    try:
        return LineKind(fields["kind"])
    except ValueError:
        named = ", ".join([*(kind.value for kind in LineKind), BALANCE])
        raise ValueError(f"kind is one of {named}.") from None


def _key(fields: dict[str, str]) -> UUID | None:
    try:
        return UUID(fields["key"]) if fields["key"] else None
    except ValueError:
        raise ValueError("key is a UUID or empty.") from None


def _instant(fields: dict[str, str]) -> datetime:
    try:
        at: datetime | None = datetime.fromisoformat(fields["at"])
    except ValueError:
        at = None
    if at is None or at.utcoffset() != timedelta():
        raise ValueError("at is an instant in UTC, for example 2026-03-01T12:00:00Z.")
    return at


def _currency(fields: dict[str, str]) -> str:
    if fields["currency"] not in EXPONENTS:
        raise ValueError("currency is a code of ISO 4217.")
    return fields["currency"]


def _whole(fields: dict[str, str], name: str, *, least: int) -> int:
    text = fields[name]
    if not text.removeprefix("-").isdecimal() or not text.isascii() or not least <= int(text) <= MAX_AMOUNT_MINOR:
        raise ValueError(f"{name} is a whole number of minor units.")
    return int(text)
