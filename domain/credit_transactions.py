"""Movements of credits as they are written down, and which lots each of them touched."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.permissions import Permission
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful

MAX_DESCRIPTION = 255
MAX_KIND, MAX_REFERENCE = 50, 128
MAX_DETAILS = 4096
SHORTEST_HOLD, USUAL_HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(hours=24), timedelta(days=30)


class CreditTransactionType(Enum):
    """What moved."""

    PURCHASE = "PURCHASE"
    GRANT = "GRANT"
    SPEND = "SPEND"
    HOLD = "HOLD"
    REFUND = "REFUND"
    EXPIRE = "EXPIRE"
    ROLLOVER = "ROLLOVER"
    ADJUST = "ADJUST"
    TRANSFER_OUT = "TRANSFER_OUT"
    TRANSFER_IN = "TRANSFER_IN"
    CLAWBACK = "CLAWBACK"
    REVERSAL = "REVERSAL"


class CreditTransactionStatus(Enum):
    """The life of a movement. Only a hold is ever PENDING."""

    PENDING = "PENDING"
    POSTED = "POSTED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"


class Direction(Enum):
    """Whether credits left a lot or came into it."""

    OUT = "OUT"
    IN = "IN"


_T, _S, _P = CreditTransactionType, CreditTransactionStatus, Permission

TOLD = {
    _T.PURCHASE: "credits.purchased",
    _T.GRANT: "credits.granted",
    _T.SPEND: "credits.spent",
    _T.HOLD: "credits.held",
    _T.REFUND: "credits.refunded",
    _T.EXPIRE: "credits.expired",
    _T.ROLLOVER: "credits.rolled_over",
    _T.ADJUST: "credits.adjusted",
    _T.TRANSFER_OUT: "credits.transferred",
    _T.TRANSFER_IN: "credits.transferred",
    _T.CLAWBACK: "credits.clawed_back",
    _T.REVERSAL: "credits.adjusted",
}
"""The event that each movement tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a movement is for, in the words of whoever moves it."""

    reference_kind: str | None = None
    reference_id: str | None = None
    description: str | None = None
    app_id: UUID | None = None
    app_user: str | None = None
    """An app's own reference of the person it acts for."""
    details: Mapping[str, Any] | None = None


NOTHING_SAID = Note()


def noted(
    *,
    reference_kind: str | None = None,
    reference: str | None = None,
    description: str | None = None,
    app_id: UUID | None = None,
    app_user: str | None = None,
    details: Any = None,
) -> Note:
    """What somebody says of a movement; refuses INVALID what is too long, or what only apps say."""
    checks = Checks()
    checks.line("referenceKind", reference_kind, most=MAX_KIND)
    checks.line("reference", reference, most=MAX_REFERENCE)
    checks.line("description", description, most=MAX_DESCRIPTION)
    checks.line("appUser", app_user, most=MAX_REFERENCE)
    checks.require(app_user is None or app_id is not None, "Only an app has users of its own.", "appUser")
    is_object = details is None or isinstance(details, dict)
    if checks.require(is_object, 'Give an object, such as {"jobId": 7}.', "metadata") and details is not None:
        size = len(json.dumps(details, ensure_ascii=False).encode())
        checks.require(size <= MAX_DETAILS, f"At most {MAX_DETAILS} bytes; this has {size}.", "metadata")
    checks.refuse()
    return Note(
        reference_kind=reference_kind,
        reference_id=reference,
        description=description,
        app_id=app_id,
        app_user=app_user,
        details=details,
    )


def described(name: str, text: str, *, required: bool = False) -> str:
    """A reason as it stands on a movement; refuses INVALID what is too long, or missing and required."""
    checks = Checks()
    checks.line(name, text, least=1 if required else 0, most=MAX_DESCRIPTION)
    checks.refuse()
    return text.strip()


@dataclass(eq=False, kw_only=True)
class CreditTransaction(Stateful):
    """A movement of one account. What is POSTED never changes; a correction is another movement."""

    SUBJECT: ClassVar[str] = "credit_transaction"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("captureCredits", (_S.PENDING,), _S.POSTED, Side.SELF),
        Move("captureCredits", (_S.PENDING,), _S.POSTED, Side.STAFF, _P.STAFF_CREDITS),
        Move("releaseCredits", (_S.PENDING,), _S.VOIDED, Side.SELF),
        Move("releaseCredits", (_S.PENDING,), _S.VOIDED, Side.OWNER, _P.CREDITS_MANAGE),
        Move("releaseCredits", (_S.PENDING,), _S.VOIDED, Side.STAFF, _P.STAFF_CREDITS),
        Move("expireCreditHold", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    account_id: UUID
    organization_id: UUID
    type: CreditTransactionType
    quantity: int
    captured_quantity: int | None = None
    hold_expires_at: datetime | None = None
    reference_kind: str | None = None
    reference_id: str | None = None
    description: str | None = None
    app_id: UUID | None = None
    app_user: str | None = None
    details: Mapping[str, Any] | None = None
    actor_kind: str
    actor_user_id: UUID | None
    actor_key_id: UUID | None
    actor_organization_id: UUID | None
    reverses_id: UUID | None = None
    ledger_transfer_id: UUID | None = None
    balance_after: int
    status: CreditTransactionStatus = field(init=False)

    @property
    def moved(self) -> int:
        """How many credits it has moved for good; a hold that is not captured has moved none."""
        if self.type is _T.HOLD:
            return self.captured_quantity or 0
        return self.quantity

    def require_in_time(self, at: datetime) -> None:
        """Refuses WRONG_STATE once the time of a hold is over, whether or not its credits are free again by now."""
        if self.hold_expires_at is not None and at >= self.hold_expires_at:
            message = "The time of this hold is over: its credits are free again. Use spendCredits instead."
            raise wrong_state(message, from_state=_S.EXPIRED.name, allowed=[_S.PENDING.name])

    def is_about(self, by: Actor) -> bool:
        """Whether the caller set the credits aside: the same app, the same key, or the same person."""
        if self.app_id is not None or by.app_id is not None:
            return self.app_id == by.app_id
        if by.key_id is not None:
            return by.key_id == self.actor_key_id
        return by.user_id is not None and by.user_id == self.actor_user_id and by.acts_for(self.organization_id)

    def tell(self, verb: str, *, by: Actor, at: datetime, available: int, **more: Any) -> None:
        data = {"quantity": str(self.quantity), "available": str(available), "type": self.type.name, **more}
        self.record(verb, by=by, at=at, data=data)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.account_id, self.app_id]


@dataclass(eq=False, kw_only=True)
class CreditConsumption:
    """So many credits of a lot, in or out, by one movement."""

    id: UUID
    transaction_id: UUID
    lot_id: UUID
    organization_id: UUID
    position: int
    """Its place in the order in which the lots were burned."""
    quantity: int
    direction: Direction
