"""Comparing money: what a provider reports of an object against what is posted for it, and what a difference means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.money import Money
from domain.money_exceptions import Finding, MoneyException, MoneyExceptionKind
from domain.payment_methods import Provider

_K = MoneyExceptionKind
LINE = "ProviderReportLine"
"""What a fact is about when its line belongs to nothing that is known here."""

COMPARED = (
    _K.MISSING_IN_LEDGER,
    _K.MISSING_AT_PROVIDER,
    _K.AMOUNT_MISMATCH,
    _K.CURRENCY_MISMATCH,
    _K.STATE_MISMATCH,
    _K.DUPLICATE,
    _K.FEE_MISMATCH,
    _K.BALANCE_DRIFT,
)
"""The kinds that comparing finds, and ends once what did not fit fits."""

_MOVED = {"Payment": ("SUCCEEDED",), "Refund": ("SUCCEEDED",), "Payout": ("PAID", "REVERSED")}
_UNDER_WAY = {
    "Payment": ("CREATED", "REQUIRES_ACTION", "PROCESSING", "AUTHORIZED", "UNKNOWN"),
    "Refund": ("PENDING", "PROCESSING", "UNKNOWN"),
    "Payout": ("PENDING", "IN_TRANSIT"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One object in one currency: money in is positive, money out negative, and both sides are before fees."""

    subject_type: str
    subject_id: UUID
    currency: str
    reported_minor: int
    posted_minor: int
    reported_fee_minor: int
    unposted_fee_minor: int
    """What of the reported fees the run posts by itself."""
    posted_fee_minor: int
    line_count: int
    """How many lines there are but for those that give something back."""
    is_reversed: bool
    """Whether a line gives back what another one had moved."""
    has_postings: bool
    status: str | None
    organization_id: UUID | None
    line_kind: str | None
    external_id: str | None
    key: UUID | None
    """How the newest of its lines names it."""
    last_line_at: datetime | None
    last_posted_at: datetime | None
    begun_at: datetime | None

    @property
    def has_right_fee(self) -> bool:
        return self.reported_fee_minor - self.unposted_fee_minor == self.posted_fee_minor

    @property
    def label(self) -> str:
        return f"{self.line_kind} {self.external_id}"

    @property
    def is_chargeback(self) -> bool:
        return self.line_kind in ("CHARGEBACK", "CHARGEBACK_WON")

    @property
    def is_under_way(self) -> bool:
        """The provider may be ahead of us until we, too, have heard how it ended."""
        return self.status in _UNDER_WAY.get(self.subject_type, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Up to when both sides are known well enough to judge; what is younger is judged by the next run."""

    known_from: datetime
    lines_before: datetime
    postings_before: datetime

    def is_judged(self, fact: Fact) -> bool:
        if fact.last_line_at is not None and fact.last_line_at >= self.lines_before:
            return False
        if fact.last_posted_at is not None and fact.last_posted_at >= self.postings_before:
            return False
        is_older_than_reports = fact.begun_at is not None and fact.begun_at < self.known_from
        return not (is_older_than_reports and fact.line_count == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFinding:
    """A difference with both of its amounts, signed: `ours` is what the ledger has, `theirs` what is reported."""

    provider: Provider
    finding: Finding
    ours: Money | None
    theirs: Money | None
    to_ask: Fact | None = None
    """What asking the provider may bring here."""

    def as_told(self) -> dict[str, Any]:
        """As a dry run tells it, in values of JSON."""
        return {
            "kind": self.finding.kind.value,
            "subjectType": self.finding.subject_type,
            "subject": f"{self.finding.subject_type} {self.finding.subject_key}",
            "expected": self.finding.expected,
            "actual": self.finding.actual,
            "expectedAmount": _as_json(self.ours),
            "actualAmount": _as_json(self.theirs),
        }


@dataclass(eq=False, kw_only=True)
class FoundOfRun:
    """That a run has found a difference: newly, or one that was known."""

    id: UUID
    reconciliation_id: UUID
    exception_id: UUID
    is_new: bool
    is_repaired: bool


class SuggestedAction(Enum):
    """What usually puts a money exception right."""

    ASK_PROVIDER = "ASK_PROVIDER"
    CLEAR_SUSPENSE = "CLEAR_SUSPENSE"
    POST_DIFFERENCE = "POST_DIFFERENCE"
    RETURN_DUPLICATE = "RETURN_DUPLICATE"
    INVESTIGATE = "INVESTIGATE"


_SUGGESTED = {
    _K.STATE_MISMATCH: SuggestedAction.ASK_PROVIDER,
    _K.UNKNOWN_TOO_LONG: SuggestedAction.ASK_PROVIDER,
    _K.DUPLICATE: SuggestedAction.RETURN_DUPLICATE,
}


def suggested_action(exception: MoneyException) -> SuggestedAction:
    if exception.kind in _SUGGESTED:
        return _SUGGESTED[exception.kind]
    if exception.difference:
        return SuggestedAction.POST_DIFFERENCE
    if exception.kind in (_K.AMOUNT_MISMATCH, _K.CURRENCY_MISMATCH) and exception.subject_type == "Payment":
        return SuggestedAction.CLEAR_SUSPENSE
    return SuggestedAction.INVESTIGATE


def judged(provider: Provider, facts: Iterable[Fact], horizon: Horizon) -> Iterator[CashFinding]:
    """What does not fit, object by object; facts of one object follow each other."""
    for _, group in groupby(facts, key=lambda fact: (fact.subject_type, fact.subject_id)):
        of_object = list(group)
        if all(horizon.is_judged(fact) for fact in of_object) and not of_object[0].is_under_way:
            yield from _of_object(provider, of_object)


def _of_object(provider: Provider, facts: Sequence[Fact]) -> Iterator[CashFinding]:
    unequal = [fact for fact in facts if fact.reported_minor != fact.posted_minor]
    only_ours = [fact for fact in unequal if fact.line_count == 0]
    only_theirs = [fact for fact in unequal if not fact.posted_minor]
    if len(unequal) == 2 and only_ours and only_theirs and only_ours != only_theirs:
        yield _found(provider, _K.CURRENCY_MISMATCH, only_ours[0], theirs=only_theirs[0])
    else:
        for fact in unequal:
            yield _found(provider, _kind(fact), fact)
    for fact in facts:
        if not fact.has_right_fee:
            yield _of_fee(provider, fact)


def _kind(fact: Fact) -> MoneyExceptionKind:
    if fact.line_count == 0 and not fact.is_reversed:
        return _K.MISSING_AT_PROVIDER
    if fact.subject_type == LINE:
        return _K.MISSING_IN_LEDGER if not fact.posted_minor else _K.AMOUNT_MISMATCH
    if fact.is_reversed:
        return _K.STATE_MISMATCH
    if not fact.posted_minor:
        is_settled = fact.status in _MOVED.get(fact.subject_type, ())
        return _K.MISSING_IN_LEDGER if is_settled else _K.STATE_MISMATCH
    return _K.DUPLICATE if fact.line_count > 1 else _K.AMOUNT_MISMATCH


def _found(provider: Provider, kind: MoneyExceptionKind, fact: Fact, theirs: Fact | None = None) -> CashFinding:
    posted = Money(fact.posted_minor, fact.currency)
    other = theirs or fact
    reported = Money(other.reported_minor, other.currency)
    known_as = f", {fact.status} here" if fact.status else ""
    expected = f"{posted} posted{known_as}"
    actual = f"{reported} reported as {other.label}" if other.line_count or other.is_reversed else "nothing reported"
    finding = Finding(kind, fact.subject_type, str(fact.subject_id), expected, actual, fact.organization_id)
    unheard = fact.is_chargeback if fact.subject_type == LINE else not fact.has_postings or fact.is_reversed
    to_ask = other if unheard and kind in (_K.STATE_MISMATCH, _K.MISSING_IN_LEDGER) else None
    return CashFinding(provider=provider, finding=finding, ours=posted, theirs=reported, to_ask=to_ask)


def _of_fee(provider: Provider, fact: Fact) -> CashFinding:
    ours, theirs = Money(fact.posted_fee_minor, fact.currency), Money(fact.reported_fee_minor, fact.currency)
    expected, actual = f"a fee of {ours} posted", f"a fee of {theirs} reported as {fact.label}"
    subject = (fact.subject_type, str(fact.subject_id))
    finding = Finding(_K.FEE_MISMATCH, *subject, expected, actual, fact.organization_id)
    # What a fee takes is money out: the difference of both amounts is then what the ledger lacks.
    return CashFinding(
        provider=provider, finding=finding, ours=Money(-ours.amount_minor, fact.currency), theirs=_negative(theirs)
    )


def _as_json(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else {"amountMinor": money.amount_minor, "currency": money.currency}


def _negative(money: Money) -> Money:
    return Money(-money.amount_minor, money.currency)


def drifted(provider: Provider, ours: Money, theirs: Money) -> CashFinding:
    """A balance that nothing which is known explains."""
    expected, actual = f"{ours} by the ledger and all findings", f"{theirs} reported"
    finding = Finding(_K.BALANCE_DRIFT, "balance at the provider", f"{provider.name} {ours.currency}", expected, actual)
    return CashFinding(provider=provider, finding=finding, ours=ours, theirs=theirs)
