"""Chargebacks: a payer's bank takes a payment back, and the issuer may say why it should not."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.permissions import Permission
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful

MAX_EVIDENCE = 20_000


class ChargebackStatus(Enum):
    """The life of a chargeback. WARNING: the bank only asks, and nothing is taken yet."""

    WARNING = "WARNING"
    NEEDS_RESPONSE = "NEEDS_RESPONSE"
    UNDER_REVIEW = "UNDER_REVIEW"
    WON = "WON"
    LOST = "LOST"
    ACCEPTED = "ACCEPTED"
    PREVENTED = "PREVENTED"


_S, _P = ChargebackStatus, Permission
UNDECIDED = (_S.WARNING, _S.NEEDS_RESPONSE, _S.UNDER_REVIEW)
TAKEN = (_S.NEEDS_RESPONSE, _S.UNDER_REVIEW)
"""While it is in one of these, the provider has taken the money and nobody knows yet for good."""
FINAL = (_S.LOST, _S.ACCEPTED)
"""The money is gone."""


@dataclass(eq=False, kw_only=True)
class Chargeback(Stateful):
    """One dispute of a payment at its provider; `external_id` is the provider's name for it."""

    SUBJECT: ClassVar[str] = "chargeback"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("demandEvidence", (_S.WARNING,), _S.NEEDS_RESPONSE, Side.SYSTEM),
        Move("preventChargeback", (_S.WARNING,), _S.PREVENTED, Side.SYSTEM),
        Move("submitChargebackEvidence", (_S.NEEDS_RESPONSE,), _S.UNDER_REVIEW, Side.OWNER, _P.INVOICES_WRITE),
        Move("submitChargebackEvidence", (_S.NEEDS_RESPONSE,), _S.UNDER_REVIEW, Side.STAFF, _P.STAFF_MONEY),
        Move("acceptChargeback", (_S.NEEDS_RESPONSE,), _S.ACCEPTED, Side.OWNER, _P.INVOICES_WRITE),
        Move("acceptChargeback", (_S.NEEDS_RESPONSE,), _S.ACCEPTED, Side.STAFF, _P.STAFF_MONEY),
        Move("winChargeback", TAKEN, _S.WON, Side.SYSTEM),
        Move("loseChargeback", TAKEN, _S.LOST, Side.SYSTEM),
    )

    id: UUID
    payment_id: UUID
    invoice_id: UUID | None
    hold_id: UUID | None
    issuer_id: UUID
    provider: Provider
    external_id: str
    amount_minor: int
    currency: str
    reason: str
    evidence_due_at: datetime
    evidence: str | None
    answered_by_id: UUID | None
    tell_at: datetime | None
    """When the provider is told next what was decided here; None when it knows."""
    escrow_minor: int
    """What of it was still held in escrow when the provider took it."""
    net_minor: int
    """What of it the issuer had got, after the fee."""
    held_minor: int
    """What of that its wallet had when the provider took it, and holds until the outcome is known."""
    decided_at: datetime | None
    status: ChargebackStatus = field(init=False)

    amount = Amount("amount_minor")

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def is_taken(self) -> bool:
        """Whether the provider has taken the money and nobody knows yet for good."""
        return self.status in TAKEN

    def demand_evidence(self, *, at: datetime) -> None:
        """The bank takes the money now."""
        self.move_to("demandEvidence", by=SYSTEM, at=at)
        self.record("escalated", by=SYSTEM, at=at)

    def prevent(self, *, at: datetime) -> None:
        """The payment was refunded before the bank took anything."""
        self.move_to("preventChargeback", by=SYSTEM, at=at)
        self.decided_at = at
        self.record("prevented", by=SYSTEM, at=at)

    def submit(self, evidence: str, *, by: Actor, at: datetime) -> None:
        """The issuer's word; it goes to the provider after the commit, and only once."""
        checks = Checks()
        checks.text("evidence", evidence, least=1, most=MAX_EVIDENCE)
        checks.refuse()
        self._require_in_time("submitChargebackEvidence", by, at)
        self.move_to("submitChargebackEvidence", by=by, at=at)
        self.evidence, self.answered_by_id, self.tell_at = evidence.strip(), by.user_id, at
        self.record("evidence_submitted", by=by, at=at)

    def accept(self, *, by: Actor, at: datetime) -> None:
        """The issuer lets the money go, as if the bank had decided so."""
        self._require_in_time("acceptChargeback", by, at)
        self.move_to("acceptChargeback", by=by, at=at)
        self.answered_by_id, self.tell_at = by.user_id, at
        self._lost(by, at)

    def win(self, *, at: datetime) -> None:
        self.move_to("winChargeback", by=SYSTEM, at=at)
        self.decided_at, self.tell_at = at, None
        self.record("won", by=SYSTEM, at=at)

    def lose(self, *, at: datetime) -> None:
        self.move_to("loseChargeback", by=SYSTEM, at=at)
        self.tell_at = None
        self._lost(SYSTEM, at)

    def is_overdue_at(self, at: datetime) -> bool:
        """Nobody has answered in time: the money is lost."""
        return self.status is _S.NEEDS_RESPONSE and at >= self.evidence_due_at

    def _lost(self, by: Actor, at: datetime) -> None:
        self.decided_at = at
        self.record("lost", by=by, at=at)

    def _require_in_time(self, action: str, by: Actor, at: datetime) -> None:
        self.check(action, by=by)
        if self.is_overdue_at(at):
            due = f"{self.evidence_due_at:%Y-%m-%d %H:%M} UTC"
            raise wrong_state(f"An answer was due by {due}: the chargeback is lost.", from_state=_S.LOST.name)

    def organization_of(self, side: Side) -> UUID | None:
        return self.issuer_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.issuer_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.payment_id, self.invoice_id, self.hold_id]


def opened(
    payment: Payment,
    external_id: str,
    amount: Money,
    *,
    reason: str,
    evidence_due_at: datetime,
    is_warning: bool,
    at: datetime,
) -> Chargeback:
    """What a provider tells of for the first time: the bank takes the money or, as a warning, only asks."""
    chargeback = Chargeback(
        id=new_id(),
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        hold_id=payment.hold_id,
        issuer_id=payment.issuer_id,
        provider=payment.charged_by,
        external_id=external_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason,
        evidence_due_at=evidence_due_at,
        evidence=None,
        answered_by_id=None,
        tell_at=None,
        escrow_minor=0,
        net_minor=0,
        held_minor=0,
        decided_at=None,
    )
    status = _S.WARNING if is_warning else _S.NEEDS_RESPONSE
    chargeback.born(status, action="openChargeback", by=SYSTEM, at=at)
    chargeback.record("opened", by=SYSTEM, at=at)
    return chargeback


BLOCKS_REFUNDS = (*TAKEN, *FINAL)
"""A refund in time prevents that a warning becomes more."""


def charged_back(chargeback: Chargeback) -> Refused:
    """Why money that the payer's bank asks for, or has taken back, does not move."""
    if chargeback.is_undecided:
        message = "The payer's bank disputes this payment; nothing of it moves until that is decided."
    else:
        message = "The payer's bank has taken this payment back."
    return wrong_state(message, from_state=chargeback.status.name, allowed=[_S.WON.name, _S.PREVENTED.name])
