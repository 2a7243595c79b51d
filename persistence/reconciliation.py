"""The SQL of a reconciliation: matching lines, comparing both sides, posting fees; every statement works on sets."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from domain.cash_findings import CashFinding, Fact, Horizon, drifted, judged
from domain.cash_reconciliations import GRACE, CurrencySum, horizon
from domain.money import Money
from domain.payment_methods import Provider
from domain.postings.provider_charges import Kept, kept_by_provider
from domain.provider_reports import end_of, start_of
from persistence import ledger, provider_reports
from persistence.unit import Unit

MOST_FACTS = 2000
"""How many differences a run looks at; with more of them there is one cause, which is found by the first."""
FEES_AT_ONCE = 500

_HEADING = re.compile(r"^-- (\w+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """What a run is about: days of a provider, and how far both sides are known around them."""

    provider: Provider
    first: date
    day: date
    """The last of them, whose balances are compared."""
    horizon: Horizon

    def parameters(self) -> dict[str, Any]:
        return {
            "provider": self.provider.value,
            "since": start_of(self.first) - GRACE,
            "day_end": end_of(self.day),
            "known_from": self.horizon.known_from,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison says: the currencies, what does not fit, and what is still under way and has moved money."""

    matched_count: int
    sums: tuple[CurrencySum, ...]
    findings: tuple[CashFinding, ...]
    under_way: tuple[Fact, ...]
    differing: frozenset[tuple[str, str]]
    """The subjects of which both sides differ, judged or not."""
    is_whole: bool
    """Whether it has looked at everything that differs."""


@cache
def _statements() -> dict[str, str]:
    source = Path(__file__).with_suffix(".sql").read_text()
    headings = list(_HEADING.finditer(source))
    ends = [heading.start() for heading in headings[1:]] + [len(source)]
    return {heading[1]: source[heading.end() : end] for heading, end in zip(headings, ends, strict=True)}


async def _rows(db: Unit, *names: str, **parameters: Any) -> Sequence[Any]:
    statement = text("\n".join(_statements()[name] for name in names))
    wanted = {name: value for name, value in parameters.items() if name in statement.compile().params}
    return (await db.session.execute(statement, wanted)).all()


async def span_of(db: Unit, provider: Provider, first: date, day: date) -> Span:
    """Days whose reports are known here."""
    return Span(provider, first, day, horizon(await provider_reports.days_known(db, provider, day), day, db.at))


async def look(db: Unit, provider: Provider, first: date, day: date) -> tuple[Span, Comparison]:
    """Matches the lines and compares both sides as they are now."""
    # Over a whole day, and all entries for the balances: this may take longer than a request has.
    await db.session.execute(text("SET LOCAL statement_timeout = '60s'"))
    await match(db, provider)
    span, report = await span_of(db, provider, first, day), await provider_reports.known(db, provider, day)
    balances = report.balances if report is not None and report.is_complete else None
    return span, await compare(db, span, balances)


async def match(db: Unit, provider: Provider) -> None:
    """Says of every line that has none yet which payment, refund, payout or chargeback it is about."""
    statement = text(_statements()["match"])
    await db.session.execute(statement, {"provider": provider.value})


async def post_fees(db: Unit, span: Span) -> int:
    """P14 for the next lines with a fee, once each; how many there were."""
    parameters = {**span.parameters(), "lines_before": span.horizon.lines_before, "most": FEES_AT_ONCE}
    found = [Kept(**row._mapping) for row in await _rows(db, "fees", **parameters)]
    if found:
        await ledger.post(db, *(kept_by_provider(kept, span.provider, by=db.by, at=db.at) for kept in found))
    return len(found)


async def compare(db: Unit, span: Span, balances: dict[str, int] | None) -> Comparison:
    """Both sides as they are now. `balances` are those of the end of the day, None while it is not over."""
    parameters = span.parameters()
    rows = await _rows(db, "sides", "facts", **parameters, most=MOST_FACTS)
    facts = [Fact(**row._mapping) for row in rows]
    totals = await _rows(db, "totals", **parameters, day_start=start_of(span.day))
    explained = Counter({row.currency: row.minor for row in await _rows(db, "sides", "timing", **parameters)})
    for row in await _rows(db, "drifts", **parameters, day=span.day):
        explained[row.currency] += row.minor
    sums = tuple(_sums(totals, explained, balances))
    findings = (*judged(span.provider, facts, span.horizon), *_drifts(span, sums))
    under_way = tuple(fact for fact in facts if fact.is_under_way and fact.line_count and span.horizon.is_judged(fact))
    return Comparison(
        matched_count=sum(row.matched_count for row in totals),
        sums=sums,
        findings=findings,
        under_way=under_way,
        differing=frozenset((fact.subject_type, str(fact.subject_id)) for fact in facts),
        is_whole=len(rows) < MOST_FACTS,
    )


def _sums(totals: Sequence[Any], explained: Counter[str], balances: dict[str, int] | None) -> Iterator[CurrencySum]:
    by_currency = {row.currency: row for row in totals}
    for currency in sorted(by_currency.keys() | (balances or {}).keys()):
        row = by_currency.get(currency)
        names = ("line_count", "in_minor", "out_minor", "fee_minor", "ledger_minor")
        figures = {name: int(getattr(row, name, 0)) for name in names}
        reported = None if balances is None else balances.get(currency)
        yield CurrencySum(currency=currency, reported_minor=reported, explained_minor=explained[currency], **figures)


def _drifts(span: Span, sums: Sequence[CurrencySum]) -> Iterator[CashFinding]:
    for one in sums:
        if one.reported is not None and one.unexplained is not None and one.unexplained.amount_minor:
            yield drifted(span.provider, Money(one.ledger_minor + one.explained_minor, one.currency), one.reported)
