"""What a provider reports of one day: a line for each movement of money, and what it keeps for us at the day's end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from domain.money import Money


class LineKind(Enum):
    """What a line moved, and whether that money came in or went out."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    REFUND_FAILED = "REFUND_FAILED"
    PAYOUT = "PAYOUT"
    PAYOUT_RETURNED = "PAYOUT_RETURNED"
    CHARGEBACK = "CHARGEBACK"
    CHARGEBACK_WON = "CHARGEBACK_WON"
    FEE = "FEE"
    ADJUSTMENT = "ADJUSTMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One movement of money at a provider. `external_id` is what the provider calls it, unique together with `kind`."""

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
