"""Approvals: commands that move money on one person's word and another's consent; what was asked is what runs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor, ActorKind
from domain.amounts import OptionalAmount
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Refused, forbidden, wrong_state
from domain.states import Move, Side, Stateful

LAPSES_AFTER = timedelta(hours=72)


class ApprovalKind(Enum):
    """Which command waits."""

    PAYOUT = "PAYOUT"
    REFUND = "REFUND"
    RELEASE = "RELEASE"
    LEDGER_ADJUSTMENT = "LEDGER_ADJUSTMENT"
    SUSPENSE_CLEARING = "SUSPENSE_CLEARING"
    PROVIDER_DIFFERENCE = "PROVIDER_DIFFERENCE"
    DEBT_WRITE_OFF = "DEBT_WRITE_OFF"
    RULING = "RULING"
    CREDIT_ADJUSTMENT = "CREDIT_ADJUSTMENT"
    CREDIT_TRANSFER = "CREDIT_TRANSFER"


class ApprovalStatus(Enum):
    """The life of an approval."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class StaffDecide(Enum):
    """When staff are the second person."""

    ALONE = "ALONE"
    AS_WELL = "AS_WELL"
    WHERE_NOBODY_ELSE_CAN = "WHERE_NOBODY_ELSE_CAN"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may be the second person for a kind of command."""

    staff: Permission
    staff_decide: StaffDecide
    subject: str
    """The API's type of what the command is about."""
    members: Permission = Permission.MONEY_APPROVE
    """What members need where they decide."""


_P, _D = Permission, StaffDecide
RULES: dict[ApprovalKind, Rule] = {
    ApprovalKind.PAYOUT: Rule(_P.STAFF_MONEY, _D.WHERE_NOBODY_ELSE_CAN, "Payout"),
    ApprovalKind.REFUND: Rule(_P.STAFF_MONEY, _D.WHERE_NOBODY_ELSE_CAN, "Refund"),
    ApprovalKind.RELEASE: Rule(_P.STAFF_MONEY, _D.AS_WELL, "EscrowHold"),
    ApprovalKind.LEDGER_ADJUSTMENT: Rule(_P.STAFF_MONEY, _D.ALONE, "LedgerTransfer"),
    ApprovalKind.SUSPENSE_CLEARING: Rule(_P.STAFF_MONEY, _D.ALONE, "Payment"),
    ApprovalKind.PROVIDER_DIFFERENCE: Rule(_P.STAFF_MONEY, _D.ALONE, "MoneyException"),
    ApprovalKind.DEBT_WRITE_OFF: Rule(_P.STAFF_MONEY, _D.ALONE, "LedgerAccount"),
    ApprovalKind.RULING: Rule(_P.STAFF_DISPUTES, _D.ALONE, "EscrowHold"),
    ApprovalKind.CREDIT_ADJUSTMENT: Rule(_P.STAFF_CREDITS, _D.ALONE, "CreditAdjustment"),
    ApprovalKind.CREDIT_TRANSFER: Rule(_P.STAFF_CREDITS, _D.WHERE_NOBODY_ELSE_CAN, "CreditAccount", _P.CREDITS_MANAGE),
}

_S = ApprovalStatus


@dataclass(eq=False, kw_only=True)
class ApprovalRequest(Stateful):
    """At most one is pending for a kind and subject. Everything but its outcome is frozen from the start."""

    SUBJECT: ClassVar[str] = "approval"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("approve", (_S.PENDING,), _S.APPROVED, Side.SECOND_PERSON),
        Move("reject", (_S.PENDING,), _S.REJECTED, Side.SECOND_PERSON),
        Move("cancelApproval", (_S.PENDING,), _S.CANCELLED, Side.SELF),
        Move("withdrawApproval", (_S.PENDING,), _S.CANCELLED, Side.SYSTEM),
        Move("expireApproval", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    kind: ApprovalKind
    subject_id: UUID
    command: Mapping[str, Any]
    command_hash: str
    reason: str | None
    amount_minor: int | None
    currency: str | None
    organization_id: UUID | None
    """Whose members decide, with the permission of the kind; None: staff alone."""
    staff_may_decide: bool
    staff_organization_id: UUID | None
    """Where staff are told of it."""
    requested_by_id: UUID | None
    requested_by_key_id: UUID | None
    """Neither: Milepost itself, by a rule."""
    requested_for_id: UUID | None
    requested_with: Permission | None
    """The right to ask, which must still be there when the command runs."""
    excluded_user_ids: list[UUID]
    excluded_organization_ids: list[UUID]
    expires_at: datetime
    decided_by_id: UUID | None = None
    decided_for_id: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    status: ApprovalStatus = field(init=False)

    amount = OptionalAmount("amount_minor")

    @property
    def rule(self) -> Rule:
        return RULES[self.kind]

    @property
    def required_permission(self) -> Permission:
        """What the second person needs, in `organization_id` or else as staff."""
        return self.rule.staff if self.organization_id is None else self.rule.members

    @property
    def second_person(self) -> Actor:
        """Who has decided, for what the command tells of it; the command itself runs as whoever asked."""
        return Actor(kind=ActorKind.USER, user_id=self.decided_by_id, organization_id=self.decided_for_id)

    def is_about(self, by: Actor) -> bool:
        """Whether the caller is who asked; only they take it back."""
        if by.key_id is not None:
            return by.key_id == self.requested_by_key_id
        return by.user_id is not None and by.user_id == self.requested_by_id

    def is_second_person(self, by: Actor) -> bool:
        """Whether the caller is a person who holds the right to decide and is neither who asked nor kept out."""
        if not by.is_person or self.is_about(by) or by.user_id in self.excluded_user_ids:
            return False
        if any(by.acts_for(one) for one in self.excluded_organization_ids):
            return False
        is_member = by.acts_for(self.organization_id) and by.may(self.rule.members)
        return is_member or (self.staff_may_decide and by.may(self.rule.staff))

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        concerned = (self.organization_id, self.staff_organization_id, self.requested_for_id)
        return [one for one in concerned if one is not None]

    def concerned_objects(self) -> list[UUID]:
        return [self.subject_id]

    def approve(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        """The command runs with this, in the same transaction; if it is refused, so is the approval."""
        self._decide("approve", said(reason), by=by, at=at)

    def reject(self, reason: str, *, by: Actor, at: datetime) -> None:
        self._decide("reject", said(reason, required=True), by=by, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelApproval", by=by, at=at)
        self._tell(by=by, at=at)

    def withdraw(self, *, by: Actor, at: datetime) -> None:
        """The subject takes another course, which the caller may decide: nothing waits for it any more."""
        self._checked("withdrawApproval", SYSTEM)
        self._enter("withdrawApproval", _S.CANCELLED, by, at)
        self._tell(by=by, at=at)

    def expire(self, *, at: datetime) -> None:
        self.move_to("expireApproval", by=SYSTEM, at=at)
        self._tell(by=SYSTEM, at=at)

    def require_unchanged(self) -> None:
        """The command is the one that was asked for; anything else is a fault of the store, not of the caller."""
        if hash_of(self.command) != self.command_hash:
            raise AssertionError(f"the command of approval {self.id} is not the one that was asked for")

    def _decide(self, action: str, reason: str | None, *, by: Actor, at: datetime) -> None:
        if self.is_about(by):
            raise forbidden("You asked for this yourself: another person has to decide.")
        self.check(action, by=by)
        if at >= self.expires_at:
            raise _lapsed(self.expires_at)
        self.decided_by_id, self.decided_for_id, self.decided_at = by.user_id, by.organization_id, at
        self.decision_reason = reason
        self.move_to(action, by=by, at=at)
        self._tell(by=by, at=at)

    def _tell(self, *, by: Actor, at: datetime) -> None:
        self.record("decided", by=by, at=at, data={"kind": self.kind.name, "status": self.status.name})


def ask(
    kind: ApprovalKind,
    subject_id: UUID,
    command: Mapping[str, Any],
    *,
    organization_id: UUID | None,
    staff_may_decide: bool,
    staff_organization_id: UUID | None,
    requested_with: Permission | None,
    amount: Money | None = None,
    reason: str | None = None,
    excluded_user_ids: Iterable[UUID] = (),
    excluded_organization_ids: Iterable[UUID] = (),
    by: Actor,
    at: datetime,
) -> ApprovalRequest:
    """Freezes a command until somebody else has decided; it lapses after 72 hours."""
    request = ApprovalRequest(
        id=new_id(),
        kind=kind,
        subject_id=subject_id,
        command=command,
        command_hash=hash_of(command),
        reason=reason,
        amount_minor=None if amount is None else amount.amount_minor,
        currency=None if amount is None else amount.currency,
        organization_id=organization_id,
        staff_may_decide=staff_may_decide,
        staff_organization_id=staff_organization_id if staff_may_decide else None,
        requested_by_id=by.user_id,
        requested_by_key_id=by.key_id,
        requested_for_id=by.organization_id,
        requested_with=requested_with,
        excluded_user_ids=list(excluded_user_ids),
        excluded_organization_ids=list(excluded_organization_ids),
        expires_at=at + LAPSES_AFTER,
    )
    request.born(_S.PENDING, action="requestApproval", by=by, at=at)
    request.record("requested", by=by, at=at, data={"kind": kind.name})
    return request


def hash_of(command: Mapping[str, Any]) -> str:
    """SHA-256 of a command in canonical form, in hex digits."""
    canonical = json.dumps(command, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _lapsed(expired_at: datetime) -> Refused:
    when = expired_at.strftime("%Y-%m-%d %H:%M UTC")
    return wrong_state(f"The request lapsed at {when}: it has to be asked anew.", from_state=_S.EXPIRED.name)
