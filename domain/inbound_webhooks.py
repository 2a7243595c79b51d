"""Inbound webhooks: what a provider has told, kept until the object that it names has been asked for and followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.reasons import said
from domain.states import Move, Side, Stateful


class SubjectKind(Enum):
    """What a message of a provider is about. NOTHING: a type that has no effect here."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    PAYOUT = "PAYOUT"
    CHARGEBACK = "CHARGEBACK"
    METHOD = "METHOD"
    PAYEE = "PAYEE"
    SUBSCRIPTION = "SUBSCRIPTION"
    NOTHING = "NOTHING"


class InboundWebhookStatus(Enum):
    """The life of an inbound webhook."""

    RECEIVED = "RECEIVED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    IGNORED = "IGNORED"
    PROCESSED_WITH_ERROR = "PROCESSED_WITH_ERROR"
    PARKED = "PARKED"
    FAILED = "FAILED"
    DEAD_LETTER = "DEAD_LETTER"


LEASE = timedelta(minutes=10)
"""How long whoever handles one may take before somebody else does."""
WAITS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
)
"""After each failed attempt but the last."""
LOOKS = 4
"""How often an object is looked for: ours may be committed only after its provider has told of it."""
KEPT = timedelta(days=90)
OF_MONEY = frozenset(
    {SubjectKind.CHARGE, SubjectKind.REFUND, SubjectKind.PAYOUT, SubjectKind.CHARGEBACK, SubjectKind.SUBSCRIPTION}
)

_S, _P = InboundWebhookStatus, Permission
WAITING = (_S.RECEIVED, _S.FAILED)
FINISHED = (_S.PROCESSED, _S.IGNORED, _S.PROCESSED_WITH_ERROR)
STUCK = (_S.PARKED, _S.DEAD_LETTER, _S.PROCESSED_WITH_ERROR)
"""What nobody comes back to but people."""


@dataclass(eq=False, kw_only=True)
class InboundWebhook(Stateful):
    """One message, proved to be the provider's. It only says what to look at; nothing it says of money is believed."""

    SUBJECT: ClassVar[str] = "webhook"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("leaseWebhook", WAITING, _S.PROCESSING, Side.SYSTEM),
        Move("applyWebhook", (_S.PROCESSING,), _S.PROCESSED, Side.SYSTEM),
        Move("ignoreWebhook", (_S.PROCESSING,), _S.IGNORED, Side.SYSTEM),
        Move("noteWebhookError", (_S.PROCESSING,), _S.PROCESSED_WITH_ERROR, Side.SYSTEM),
        Move("parkWebhook", (_S.PROCESSING,), _S.PARKED, Side.SYSTEM),
        Move("failWebhook", (_S.PROCESSING,), _S.FAILED, Side.SYSTEM),
        Move("giveWebhookUp", (_S.PROCESSING,), _S.DEAD_LETTER, Side.SYSTEM),
        Move("replayInboundWebhook", STUCK, _S.RECEIVED, Side.STAFF, _P.STAFF_MONEY),
        Move("replayInboundWebhook", STUCK, _S.RECEIVED, Side.STAFF, _P.STAFF_OPS),
    )

    id: UUID
    provider: Provider
    account: str
    """Empty where it is the platform's own account."""
    external_id: str
    type: str
    """The provider's own name for what happened."""
    kind: SubjectKind
    key: UUID | None
    """Ours, where the message carries it."""
    odd_key: str | None
    """What the message carries in place of ours."""
    provider_id: str | None
    """The provider's id of the subject."""
    occurred_at: datetime
    received_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    lease_until: datetime | None
    error: str | None
    result: str | None
    replay_reason: str | None
    exception_id: UUID | None
    """The money exception that was opened for it, also when that is decided."""
    status: InboundWebhookStatus = field(init=False)

    @property
    def is_of_money(self) -> bool:
        return self.kind in OF_MONEY

    @property
    def is_for_people(self) -> bool:
        """Whether money may have moved that nobody here follows by itself any more."""
        return self.is_of_money and self.status in (_S.PARKED, _S.DEAD_LETTER)

    @property
    def subject(self) -> str:
        """Whom it names, by the best name there is: what is older than another message of the same is stale."""
        return f"{self.kind.name} {self.key or self.provider_id}"

    @property
    def names_nothing(self) -> bool:
        return self.key is None and self.provider_id is None

    def finding(self) -> Finding:
        """What people have to look at, once it is left to them: one exception for all messages about one subject."""
        is_unmarked = self.odd_key is not None or self.names_nothing
        kind = self.kind.name.lower()
        return Finding(
            MoneyExceptionKind.BAD_METADATA if is_unmarked else MoneyExceptionKind.UNMATCHED_EVENT,
            f"{kind} at the provider",
            self.provider_id or str(self.key or self.external_id),
            f"a {kind} of Milepost",
            f"{self.provider.name} {self.type}: {self.error}",
        )

    def lease(self, *, at: datetime) -> None:
        """Takes it to handle it, for ten minutes."""
        self.move_to("leaseWebhook", by=SYSTEM, at=at)
        self.attempts += 1
        self.next_attempt_at, self.lease_until = None, at + LEASE

    def apply(self, result: str, *, at: datetime) -> None:
        """The object stands here as it stands at the provider."""
        self._end("applyWebhook", at, result=result)

    def ignore(self, result: str, *, at: datetime) -> None:
        """There is nothing to do for it."""
        self._end("ignoreWebhook", at, result=result)

    def refuse(self, error: str, *, at: datetime) -> None:
        """It will not do however often it is tried. What concerns money waits for people, the rest is only noted."""
        if not self.is_of_money:
            self._end("noteWebhookError", at, error=error)
            return
        self._end("parkWebhook", at, error=error)
        self.record("parked", by=SYSTEM, at=at, data={"provider": self.provider.name, "kind": self.kind.name})

    def fail(self, error: str, *, at: datetime) -> None:
        """It may do another time: it is tried again after a while, eight times in all."""
        if self.attempts > len(WAITS):
            self._end("giveWebhookUp", at, error=error)
            return
        self._end("failWebhook", at, error=error)
        self.next_attempt_at = at + WAITS[self.attempts - 1]

    def miss(self, error: str, *, at: datetime) -> None:
        """Nobody here knows its object. That may be about to be written, so it is looked for a few times."""
        if self.attempts < LOOKS:
            self.fail(error, at=at)
        else:
            self.refuse(error, at=at)

    def is_held_by(self, attempt: int) -> bool:
        """Whether whoever has leased it for that attempt still may say what came of it."""
        return self.status is InboundWebhookStatus.PROCESSING and self.attempts == attempt

    def replay(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Lets it be handled again, as if it had just come."""
        why = said(reason, required=True)
        self.move_to("replayInboundWebhook", by=by, at=at)
        self.attempts, self.next_attempt_at = 0, at
        self.error = self.result = None
        self.replay_reason = why

    def organization_of(self, side: Side) -> UUID | None:
        """It has no sides: staff decide."""
        return None

    def concerned_organizations(self) -> tuple[UUID, ...]:
        """Staff learn of it; whom it concerns learns what becomes of the object."""
        return ()

    def _end(self, action: str, at: datetime, *, result: str | None = None, error: str | None = None) -> None:
        self.move_to(action, by=SYSTEM, at=at)
        self.lease_until, self.result, self.error = None, result, error


def received(provider: Provider, told: Mapping[str, Any], *, at: datetime) -> InboundWebhook:
    """A message that has just come; `told` are the fields that the provider has said."""
    webhook = InboundWebhook(
        id=new_id(),
        provider=provider,
        **told,
        received_at=at,
        attempts=0,
        next_attempt_at=at,
        lease_until=None,
        error=None,
        result=None,
        replay_reason=None,
        exception_id=None,
    )
    webhook.born(InboundWebhookStatus.RECEIVED, action="receiveWebhook", by=SYSTEM, at=at)
    return webhook
