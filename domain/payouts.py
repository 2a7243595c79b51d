"""Payouts: wallet money on its way to a method of the same organization, set aside from the moment it is asked for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.attempts import NEVER_ARRIVED, AskedAbout, Attempt, AttemptState
from domain.checks import Checks
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.payout_methods import PayoutMethod
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import forbidden
from domain.states import Move, Side, Stateful

MINIMUM_MINOR = 1000
"""The least that is paid out, in the minor unit of any currency."""

RETURNS_EVERY, RETURNS_WITHIN = timedelta(hours=24), timedelta(days=14)
"""How often, and for how long, a provider is asked whether a paid amount has come back."""


class PayoutState(Enum):
    """The life of a payout. The wallet's money is set aside in all states up to IN_TRANSIT, where it has left."""

    REQUESTED = "REQUESTED"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    HELD = "HELD"
    PENDING = "PENDING"
    IN_TRANSIT = "IN_TRANSIT"
    PAID = "PAID"
    FAILED = "FAILED"
    REVERSED = "REVERSED"
    CANCELED = "CANCELED"


class PayoutTrigger(Enum):
    """Who started a payout: a person, or the organization's schedule."""

    PERSON = "PERSON"
    SCHEDULE = "SCHEDULE"


class HoldReason(Enum):
    """Why staff look at a payout before it is sent."""

    NEW_METHOD = "NEW_METHOD"


_S, _P = PayoutState, Permission
BEFORE_SENT = (_S.REQUESTED, _S.PENDING_APPROVAL, _S.HELD, _S.PENDING)
"""While a payout is in one of these its money lies in wallet_held and it can be canceled."""


@dataclass(eq=False, kw_only=True)
class PayoutAttempt(Attempt):
    """One call to the provider for a payout."""

    payout_id: UUID


@dataclass(eq=False, kw_only=True)
class Payout(AskedAbout, Stateful):
    """An amount of one wallet for one method, paid once or given back whole."""

    SUBJECT: ClassVar[str] = "payout"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("awaitApproval", (_S.REQUESTED,), _S.PENDING_APPROVAL, Side.SYSTEM),
        Move("holdPayout", (_S.REQUESTED, _S.PENDING_APPROVAL), _S.HELD, Side.SYSTEM),
        Move("passPayout", (_S.REQUESTED, _S.PENDING_APPROVAL), _S.PENDING, Side.SYSTEM),
        Move("declinePayout", (_S.PENDING_APPROVAL,), _S.CANCELED, Side.SYSTEM),
        Move("clearPayoutHold", (_S.HELD,), _S.PENDING, Side.STAFF, _P.STAFF_MONEY),
        Move("rejectPayout", (_S.HELD,), _S.CANCELED, Side.STAFF, _P.STAFF_MONEY),
        Move("cancelPayout", BEFORE_SENT, _S.CANCELED, Side.OWNER, _P.MONEY_MOVE),
        Move("sendPayout", (_S.PENDING,), _S.IN_TRANSIT, Side.SYSTEM),
        Move("confirmPayout", (_S.IN_TRANSIT,), _S.PAID, Side.SYSTEM),
        Move("failPayout", (_S.IN_TRANSIT,), _S.FAILED, Side.SYSTEM),
        Move("returnPayout", (_S.PAID,), _S.REVERSED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    method_id: UUID
    provider: Provider
    amount_minor: int
    currency: str
    trigger: PayoutTrigger
    requested_by_id: UUID | None
    """Who asked for it or, where a schedule did, who set that."""
    hold_reason: HoldReason | None
    """What staff have to look into, or had to; a second person may have to agree first."""
    failure_code: str | None = None
    cancel_reason: str | None = None
    sent_at: datetime | None = None
    paid_at: datetime | None = None
    status: PayoutState = field(init=False)

    amount = Amount("amount_minor")

    def await_approval(self, *, at: datetime) -> None:
        self.move_to("awaitApproval", by=SYSTEM, at=at)

    def go_on(self, *, approved_by: Actor | None = None, at: datetime) -> None:
        """Nobody else has to agree: it is sent next, unless staff have to look at it first."""
        if approved_by is not None:
            self.record("approved", by=approved_by, at=at)
        if self.hold_reason is None:
            self.move_to("passPayout", by=SYSTEM, at=at)
            return
        self.move_to("holdPayout", by=SYSTEM, at=at)
        self.record("held", by=SYSTEM, at=at, data={"reason": self.hold_reason.name})

    def decline(self, *, at: datetime) -> None:
        """The second person said no, or said nothing for too long."""
        self.move_to("declinePayout", by=SYSTEM, at=at)
        self._canceled(None, by=SYSTEM, at=at)

    def clear(self, *, by: Actor, at: datetime) -> None:
        """Staff found nothing wrong."""
        self._require_not_asked_by(by)
        self.move_to("clearPayoutHold", by=by, at=at)
        self.record("cleared", by=by, at=at)

    def reject(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Staff found something wrong: the money stays in the wallet."""
        self._require_not_asked_by(by)
        self.move_to("rejectPayout", by=by, at=at)
        self._canceled(said(reason, required=True), by=by, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        """Only while nothing was sent: what is under way is known by its outcome alone."""
        self.move_to("cancelPayout", by=by, at=at)
        self._canceled(None, by=by, at=at)

    def send(self, attempt: PayoutAttempt, *, at: datetime) -> None:
        """Marks it as under way. Committed before the call, so that a crash in between never pays twice."""
        self.move_to("sendPayout", by=SYSTEM, at=at)
        attempt.send(at=at)
        self.sent_at = at
        self.await_answer(at=at)
        self.record("sent", by=SYSTEM, at=at)

    def confirm(self, attempt: PayoutAttempt, provider_id: str, *, at: datetime) -> bool:
        """The provider proves that the money has arrived; False when that is known already, or it has ended."""
        if self.status is not PayoutState.IN_TRANSIT:
            return False
        self.move_to("confirmPayout", by=SYSTEM, at=at)
        attempt.succeed(provider_id, "paid")
        self.paid_at, self.unknown_since, self.next_ask_at = at, None, at + RETURNS_EVERY
        self.record("paid", by=SYSTEM, at=at)
        return True

    def fail(self, attempt: PayoutAttempt, code: str, *, at: datetime) -> bool:
        """The provider says no; False when it has ended already."""
        if self.status is not PayoutState.IN_TRANSIT:
            return False
        self.move_to("failPayout", by=SYSTEM, at=at)
        attempt.fail(code)
        self.failure_code = code
        self.be_asked_no_more()
        self.record("failed", by=SYSTEM, at=at, data={"code": code})
        return True

    def give_back(self, code: str, *, at: datetime) -> bool:
        """What was paid has come back to the provider; False when it was not paid, or that is known already."""
        if self.status is not PayoutState.PAID:
            return False
        self.move_to("returnPayout", by=SYSTEM, at=at)
        self.failure_code, self.next_ask_at = code, None
        self.record("reversed", by=SYSTEM, at=at, data={"code": code})
        return True

    def is_on_its_way(self, attempt: PayoutAttempt, provider_id: str, *, at: datetime) -> None:
        """The provider has it and is not done: it will be asked again."""
        if self.status is PayoutState.IN_TRANSIT:
            attempt.go_on(provider_id, "on its way")
            self.be_known(at=at)

    def lose(self, attempt: PayoutAttempt, reason: str, *, at: datetime) -> None:
        """No answer, or none that can be understood: it stays IN_TRANSIT and the provider is asked."""
        if self.status is PayoutState.IN_TRANSIT and attempt.status is not AttemptState.UNKNOWN:
            attempt.lose(reason)
            self.be_unknown(at=at)

    def not_found(self, attempt: PayoutAttempt, *, at: datetime) -> bool:
        """The provider does not know the call; True when it has said so often enough for the payout to fail."""
        self.lose(attempt, "not found", at=at)
        if self.status is not PayoutState.IN_TRANSIT:
            return False
        return attempt.is_missing(at=at) and self.fail(attempt, NEVER_ARRIVED, at=at)

    def ask(self, *, at: datetime) -> None:
        """Marks that the provider is asked now and says when next; committed before the question."""
        if self.paid_at is not None:
            self.next_ask_at = at + RETURNS_EVERY if at + RETURNS_EVERY <= self.paid_at + RETURNS_WITHIN else None
            return
        self.ask_again(at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.method_id]

    def _require_not_asked_by(self, by: Actor) -> None:
        """Whoever asked for a payout never decides about it."""
        if by.user_id is not None and by.user_id == self.requested_by_id:
            raise forbidden("You asked for this payout yourself: another person has to decide.")

    def _canceled(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        self.cancel_reason = reason
        self.record("canceled", by=by, at=at)


def check_amount(amount: Money) -> None:
    """Refuses INVALID for less than the minimum and for what is no currency."""
    checks = Checks()
    checks.money("amount", amount, least=MINIMUM_MINOR)
    checks.refuse()


def requested(
    method: PayoutMethod,
    amount: Money,
    *,
    trigger: PayoutTrigger,
    requested_by_id: UUID | None,
    by: Actor,
    at: datetime,
) -> tuple[Payout, PayoutAttempt]:
    """The stored intent: a payout to a locked method and its first attempt. Who else must agree is seen next."""
    method.require_usable(amount.currency)
    payout = Payout(
        id=new_id(),
        organization_id=method.organization_id,
        method_id=method.id,
        provider=method.provider,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        trigger=trigger,
        requested_by_id=requested_by_id,
        hold_reason=HoldReason.NEW_METHOD if method.is_new_replacement_at(at) else None,
    )
    action = "requestPayout" if trigger is PayoutTrigger.PERSON else "schedulePayout"
    payout.born(PayoutState.REQUESTED, action=action, by=by, at=at)
    payout.record("requested", by=by, at=at)
    return payout, PayoutAttempt(
        id=new_id(),
        payout_id=payout.id,
        number=1,
        created_at=at,
    )
