"""What providers tell of chargebacks and are told about them, in our words."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.money import Money


class ReportedState(Enum):
    """How far the payer's bank has come."""

    WARNING = "WARNING"
    NEEDS_RESPONSE = "NEEDS_RESPONSE"
    UNDER_REVIEW = "UNDER_REVIEW"
    WON = "WON"
    LOST = "LOST"
    PREVENTED = "PREVENTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChargeback:
    """A chargeback as it stands at its provider; `charge_key` is the key that we gave the charge.

    A charge that the provider has made by itself, for a subscription that it bills, has none: its own id names it.
    """

    external_id: str
    charge_key: UUID | None
    charge_id: str | None = None
    amount: Money
    reason: str
    evidence_due_at: datetime
    state: ReportedState
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargebackAnswer:
    """What we say to a chargeback: our evidence or, without any, that we let the money go."""

    external_id: str
    evidence: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The provider has taken note, now or when it was told before."""
