"""Escrow: a client's money, held for one milestone from before the work until it is released or given back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount, OptionalAmount
from domain.fees import fee_share
from domain.hold_movements import HoldMovement, MovementCause, moved
from domain.ids import new_id
from domain.invoices import Invoice
from domain.money import Money, rounded
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, wrong_state
from domain.release_policies import ReleasePolicy
from domain.sides import TwoSided
from domain.states import Move, Side


class HoldStatus(Enum):
    """The life of a hold."""

    PENDING = "PENDING"
    HELD = "HELD"
    PARTIALLY_RELEASED = "PARTIALLY_RELEASED"
    RELEASED = "RELEASED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


_S, _P = HoldStatus, Permission
HOLDING = (_S.HELD, _S.PARTIALLY_RELEASED)
"""While there is money in it."""
LIVE_STATES = (_S.PENDING, *HOLDING)
"""While it is in one of these, its milestone has no other hold."""
_NEVER_FUNDED = (_S.FAILED, _S.CANCELED)

_TAKES_FROM_IT = ("releaseEscrow", "refundEscrow", "billHold")
_MOVES_MONEY = (*_TAKES_FROM_IT, "approveRelease", "clearEscrowRelease")


@dataclass(eq=False, kw_only=True)
class EscrowHold(TwoSided):
    """What the milestone's invoice will come to. amount = released + refunded + remaining; tax and fee are frozen."""

    SUBJECT: ClassVar[str] = "escrow"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("fundHold", (_S.PENDING, *_NEVER_FUNDED), _S.HELD, Side.SYSTEM),
        Move("failHold", (_S.PENDING,), _S.FAILED, Side.SYSTEM),
        Move("cancelHold", (_S.PENDING,), _S.CANCELED, Side.SYSTEM),
        Move("releaseEscrow", HOLDING, None, Side.CLIENT, _P.MONEY_MOVE),
        Move("refundEscrow", HOLDING, None, Side.FREELANCER, _P.MONEY_MOVE),
        Move("freezeEscrow", HOLDING, None, Side.STAFF, _P.STAFF_DISPUTES),
        Move("unfreezeEscrow", HOLDING, None, Side.STAFF, _P.STAFF_DISPUTES),
        Move("ruleEscrow", HOLDING, None, Side.STAFF, _P.STAFF_DISPUTES),
        Move("clearEscrowRelease", HOLDING, None, Side.STAFF, _P.STAFF_MONEY),
        Move("billHold", HOLDING, None, Side.SYSTEM),
        Move("approveRelease", HOLDING, None, Side.SYSTEM),
        Move("releasePart", HOLDING, _S.PARTIALLY_RELEASED, Side.SYSTEM),
        Move("releaseRest", HOLDING, _S.RELEASED, Side.SYSTEM),
        Move("refundRest", HOLDING, _S.REFUNDED, Side.SYSTEM),
    )

    id: UUID
    project_id: UUID
    milestone_id: UUID
    currency: str
    agreed_minor: int
    amount_minor: int
    tax_rates: list[dict[str, Any]]
    fee_policy_id: UUID
    fee_bps: int
    fee_flat_minor: int
    fee_minor: int
    net_minor: int
    released_minor: int = 0
    refunded_minor: int = 0
    remaining_minor: int
    from_wallet: bool
    funded_at: datetime | None = None
    frozen_at: datetime | None = None
    freeze_id: UUID | None = None
    """Which freeze it is: a ruling ends this one, once."""
    charged_back_at: datetime | None = None
    """Since when the payer's bank disputes the payment; independent of what staff freeze."""
    release_invoice_id: UUID | None = None
    """The open invoice whose release waits for a policy; with it `release_minor` and `scheduled_release_at` are set."""
    release_minor: int | None = None
    scheduled_release_at: datetime | None = None
    awaits_approval: bool = False
    awaits_clearance: bool = False
    status: HoldStatus = field(init=False)

    amount, fee, net = Amount("amount_minor"), Amount("fee_minor"), Amount("net_minor")
    released, refunded, remaining = Amount("released_minor"), Amount("refunded_minor"), Amount("remaining_minor")
    release_amount = OptionalAmount("release_minor")

    @property
    def is_frozen(self) -> bool:
        """Whether nothing leaves it: a dispute of both sides is open, or one of the payer's bank."""
        return self.frozen_at is not None or self.charged_back_at is not None

    @property
    def is_waiting(self) -> bool:
        """Whether a release waits for what its policy asks."""
        return self.release_invoice_id is not None

    @property
    def is_late(self) -> bool:
        """Whether it ended before money came."""
        return self.status in _NEVER_FUNDED

    def fund(self, *, by: Actor, at: datetime) -> None:
        """The money is there."""
        self.move_to("fundHold", by=SYSTEM, at=at)
        self.funded_at = at
        self.record("funded", by=by, at=at, data=self._told(self.amount_minor))

    def end_unfunded(self, action: str, *, at: datetime) -> None:
        """Its payment came to nothing: `failHold` or `cancelHold`."""
        self.move_to(action, by=SYSTEM, at=at)
        self.record("failed" if action == "failHold" else "canceled", by=SYSTEM, at=at)

    def fee_for(self, amount_minor: int) -> int:
        """The fee of the next release: cumulative, so that the fees of all releases make the whole."""
        return fee_share(self.fee_minor, self.amount_minor, self.released_minor, self.released_minor + amount_minor)

    def agreed_for(self, amount_minor: int) -> int:
        """What the next part of the money stands for of the milestone's amount before taxes, cumulative as well."""
        used = self.amount_minor - self.remaining_minor
        before, after = (rounded(self.agreed_minor * one, self.amount_minor) for one in (used, used + amount_minor))
        return after - before

    def release(
        self, amount_minor: int, invoice: Invoice, cause: MovementCause, *, by: Actor, at: datetime
    ) -> HoldMovement:
        """A part of the money, or all that is left, pays an invoice."""
        movement = moved(
            self.id,
            Money(amount_minor, self.currency),
            cause,
            source_id=invoice.id,
            fee_minor=self.fee_for(amount_minor),
            agreed_minor=self.agreed_for(amount_minor),
            invoice_id=invoice.id,
            by=by,
            at=at,
        )
        self._take(amount_minor)
        self.released_minor += amount_minor
        self.move_to("releasePart" if self.remaining_minor else "releaseRest", by=SYSTEM, at=at)
        self._wait_no_more()
        self.record("released", by=by, at=at, data=self._told(amount_minor) | {"cause": cause.name})
        return movement

    def refund(
        self, amount_minor: int, cause: MovementCause, source_id: UUID, *, by: Actor, at: datetime
    ) -> HoldMovement:
        """A part of the money, or all that is left, goes back to the client."""
        movement = moved(
            self.id,
            Money(amount_minor, self.currency),
            cause,
            source_id=source_id,
            agreed_minor=self.agreed_for(amount_minor),
            by=by,
            at=at,
        )
        self._take(amount_minor)
        self.refunded_minor += amount_minor
        if not self.remaining_minor:
            self.move_to("refundRest", by=SYSTEM, at=at)
            self._wait_no_more()
        elif self.release_minor is not None:
            self.release_minor = min(self.release_minor, self.remaining_minor)
        self.record("refunded", by=by, at=at, data=self._told(amount_minor) | {"cause": cause.name})
        return movement

    def wait(self, policy: ReleasePolicy, amount_minor: int, invoice: Invoice, *, at: datetime) -> None:
        """A policy keeps the release back; the invoice stays open until then."""
        self.release_invoice_id, self.release_minor = invoice.id, amount_minor
        self.scheduled_release_at = at + policy.delay
        self.awaits_approval, self.awaits_clearance = policy.needs_approval, policy.needs_compliance
        self.record("scheduled", by=SYSTEM, at=at, data=self._told(amount_minor))

    def is_due(self, at: datetime) -> bool:
        """Whether a waiting release may go now."""
        is_free = not (self.awaits_approval or self.awaits_clearance or self.is_frozen)
        return is_free and self.scheduled_release_at is not None and self.scheduled_release_at <= at

    def consent(self, *, by: Actor, at: datetime) -> None:
        """The second person that the policy asks for agrees."""
        self.check("approveRelease", by=SYSTEM)
        self.awaits_approval = False
        self.record("approved", by=by, at=at)

    def clear(self, *, by: Actor, at: datetime) -> None:
        """Staff have checked it, as the policy asks."""
        self.check("clearEscrowRelease", by=by)
        self.awaits_clearance = False
        self.record("cleared", by=by, at=at)

    def freeze(self, *, by: Actor, at: datetime) -> None:
        """Nothing leaves it until it is ruled or thawed."""
        self.check("freezeEscrow", by=by)
        self.freeze_id, self.frozen_at = new_id(), at
        self.record("frozen", by=by, at=at)

    def unfreeze(self, action: str, *, by: Actor, at: datetime) -> None:
        """Ends the freeze; a waiting release is put off by its length."""
        self.check(action, by=by)
        if self.scheduled_release_at is not None and self.frozen_at is not None:
            self.scheduled_release_at += at - self.frozen_at
        self.freeze_id = self.frozen_at = None
        self.record("unfrozen", by=by, at=at)

    def follow_bank(self, *, is_disputed: bool, at: datetime) -> None:
        """The payer's bank asks for the payment back, or has decided: until then nothing leaves it."""
        if is_disputed == (self.charged_back_at is not None):
            return
        was_frozen, self.charged_back_at = self.is_frozen, at if is_disputed else None
        if self.is_frozen != was_frozen:
            self.record("frozen" if is_disputed else "unfrozen", by=SYSTEM, at=at)

    def blocked(self, action: str) -> Refused | None:
        if self.frozen_at is not None and action in _MOVES_MONEY:
            return Refused(RefusalCode.DISPUTED, "An open dispute freezes this hold.")
        if self.charged_back_at is not None and action in (*_MOVES_MONEY, "ruleEscrow"):
            message = "The payer's bank disputes the payment of this hold; nothing leaves it until that is decided."
            return wrong_state(message, from_state="CHARGED_BACK")
        asks_again = action == "releaseEscrow" and self.awaits_approval
        if self.is_waiting and action in _TAKES_FROM_IT and not asks_again:
            return wrong_state("A release waits already, and its invoice is open.", from_state="RELEASE_WAITING")
        if action == "freezeEscrow" and self.frozen_at is not None:
            return wrong_state("It is frozen already.", from_state="FROZEN")
        if action in ("unfreezeEscrow", "ruleEscrow") and self.frozen_at is None:
            return wrong_state("It is not frozen.", from_state=self.status.name, allowed=["FROZEN"])
        if action == "approveRelease" and not self.awaits_approval:
            return wrong_state("No release waits for a second person.", from_state=self.status.name)
        if action == "clearEscrowRelease" and not self.awaits_clearance:
            return wrong_state("No release waits for a check.", from_state=self.status.name)
        return None

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id, self.milestone_id]

    def _take(self, amount_minor: int) -> None:
        if not 1 <= amount_minor <= self.remaining_minor:
            raise ValueError(f"{amount_minor} is not between 1 and what is held")
        self.remaining_minor -= amount_minor

    def _wait_no_more(self) -> None:
        self.release_invoice_id = self.release_minor = self.scheduled_release_at = None
        self.awaits_approval = self.awaits_clearance = False

    def _told(self, amount_minor: int) -> dict[str, Any]:
        return {"amountMinor": amount_minor, "currency": self.currency}
