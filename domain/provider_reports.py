"""What a provider reports of one day: a line for each movement of money, and what it keeps for us at the day's end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from uuid import UUID

from domain.amounts import Amount
from domain.money import Money
from domain.payment_methods import Provider


class LineKind(Enum):
    """What a line moved. What a provider takes of its own accord is a FEE, what it gives an ADJUSTMENT."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    REFUND_FAILED = "REFUND_FAILED"
    PAYOUT = "PAYOUT"
    PAYOUT_RETURNED = "PAYOUT_RETURNED"
    CHARGEBACK = "CHARGEBACK"
    CHARGEBACK_WON = "CHARGEBACK_WON"
    FEE = "FEE"
    ADJUSTMENT = "ADJUSTMENT"


SIGNS: dict[LineKind, int] = {
    LineKind.CHARGE: 1,
    LineKind.REFUND: -1,
    LineKind.REFUND_FAILED: 1,
    LineKind.PAYOUT: -1,
    LineKind.PAYOUT_RETURNED: 1,
    LineKind.CHARGEBACK: -1,
    LineKind.CHARGEBACK_WON: 1,
    LineKind.FEE: -1,
    LineKind.ADJUSTMENT: 1,
}
"""Whether a line adds to what the provider keeps for us or takes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One movement of money at a provider. `external_id` is the charge's, refund's, payout's or chargeback's id there.

    It is unique together with `kind`: what is returned is another line with the same id. The `key` of a chargeback is
    that of the charge.
    """

    external_id: str
    kind: LineKind
    key: UUID | None
    """The key that we gave what was moved, where the provider kept it."""
    amount: Money
    """Always positive: the kind says the direction."""
    fee_minor: int
    """What the provider kept of it, in the same currency."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """All that a provider moved on one day, counted in UTC."""

    day: date
    lines: tuple[ReportLine, ...]
    balances: Mapping[str, int]
    """What it keeps for us at the end of the day, in minor units by currency, net of its fees."""


class ReportOrigin(Enum):
    """How a report came here."""

    FETCHED = "FETCHED"
    IMPORTED = "IMPORTED"


@dataclass(eq=False, kw_only=True)
class ProviderReport:
    """That a day of a provider is known here, and up to when."""

    id: UUID
    provider: Provider
    day: date
    origin: ReportOrigin
    line_count: int
    balances: dict[str, int]
    read_at: datetime
    """A report read before its day was over tells of the day up to this instant only."""

    @property
    def is_complete(self) -> bool:
        return self.read_at >= end_of(self.day)

    @property
    def is_usable(self) -> bool:
        """Whether it can stand for one that the provider does not give now."""
        return self.origin is ReportOrigin.IMPORTED or self.is_complete

    @property
    def kept(self) -> list[Money]:
        """The balances as money."""
        return [Money(minor, currency) for currency, minor in sorted(self.balances.items())]


@dataclass(eq=False, kw_only=True)
class ProviderReportLine:
    """A line as it is kept: never changed but for what it turns out to be about."""

    id: UUID
    provider: Provider
    external_id: str
    kind: LineKind
    key: UUID | None
    amount_minor: int
    currency: str
    fee_minor: int
    at: datetime
    subject_type: str | None
    """The API's type of the payment, refund, payout or chargeback it moved money for; None where there is none."""
    subject_id: UUID | None

    amount = Amount("amount_minor")
    fee = Amount("fee_minor")


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def end_of(day: date) -> datetime:
    """The first instant of the day after."""
    return start_of(day + timedelta(days=1))
