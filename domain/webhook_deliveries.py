"""Webhook deliveries: one event on its way to one endpoint, attempt by attempt."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.event_types import TESTED
from domain.events import OutboxEvent
from domain.ids import new_id
from domain.permissions import Permission
from domain.states import Move, Side, Stateful
from domain.webhook_endpoints import WebhookEndpoint

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
"""After each attempt that may go better another time, but the last."""
LEASE = timedelta(minutes=1)
"""How long whoever sends it may take before somebody else does."""
HOLDS_FOR = timedelta(minutes=10)
"""How long one that does not arrive holds up the next about the same object."""
KEPT = timedelta(days=30)
EXCERPT_BYTES = 2048
_LONGEST_WAIT = timedelta(days=1)
_LOST = "Whoever sent it never came back to say what was answered."


class WebhookDeliveryStatus(Enum):
    """The life of a delivery."""

    PENDING = "PENDING"
    RETRYING = "RETRYING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class WebhookSkipReason(Enum):
    """Why a delivery is not sent."""

    ENDPOINT_DISABLED = "ENDPOINT_DISABLED"
    APP_NOT_LET_IN = "APP_NOT_LET_IN"


_S, _P = WebhookDeliveryStatus, Permission.WEBHOOKS_MANAGE
WAITING = (_S.PENDING, _S.RETRYING)
NOT_ARRIVED = (_S.FAILED, _S.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of posting something to an endpoint."""

    latency_ms: int
    status_code: int | None = None
    excerpt: str | None = None
    error: str | None = None
    """Why there is no answer."""
    retry_after: timedelta | None = None
    is_blocked: bool = False
    """The address is not one to send to: nothing was sent."""

    @property
    def is_accepted(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_gone(self) -> bool:
        return self.status_code == 410

    @property
    def may_pass(self) -> bool:
        """Whether it may go better another time."""
        if self.is_blocked:
            return False
        return self.status_code is None or self.status_code == 429 or self.status_code >= 500


@dataclass(eq=False, kw_only=True)
class DeliveryAttempt:
    """One posting of a delivery, and what was answered."""

    id: UUID
    delivery_id: UUID
    number: int
    at: datetime
    latency_ms: int
    status_code: int | None
    response_excerpt: str | None
    error: str | None


@dataclass(eq=False, kw_only=True)
class WebhookDelivery(Stateful):
    """One event for one endpoint. To deliver it again is another delivery, with the same body and the next number."""

    SUBJECT: ClassVar[str] = "webhook_delivery"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("deliverWebhook", WAITING, _S.DELIVERED, Side.SYSTEM),
        Move("retryWebhook", WAITING, _S.RETRYING, Side.SYSTEM),
        Move("failDelivery", WAITING, _S.FAILED, Side.SYSTEM),
        Move("skipWebhook", WAITING, _S.SKIPPED, Side.SYSTEM),
        Move("redeliverWebhook", (_S.DELIVERED, *NOT_ARRIVED), None, Side.OWNER, _P),
    )

    id: UUID
    organization_id: UUID
    endpoint_id: UUID
    installation_id: UUID | None = None
    """By which an app is told of it; nothing is sent once that has ended."""
    event_id: UUID
    redelivery: int
    turn: int
    """Where it stands in line: the position of its event or, when it is sent again, of the last one then."""
    event_type: str
    subject_type: str
    subject_id: UUID
    subject_version: int
    occurred_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None
    first_tried_at: datetime | None = None
    tried_at: datetime | None = None
    lease_until: datetime | None = None
    """While somebody sends it."""
    skipped_because: WebhookSkipReason | None = None
    status: WebhookDeliveryStatus = field(init=False)

    @property
    def message_id(self) -> str:
        """The receiver's key against repeats: the same however often the event is sent."""
        return f"evt_{self.event_id.hex}"

    def lease(self, *, at: datetime) -> DeliveryAttempt | None:
        """Takes it to send it. Where its last sender never came back, the attempt that was lost with them."""
        lost = None if self.lease_until is None else self._attempt(Answer(latency_ms=0, error=_LOST))
        if self.attempts > len(WAITS):
            self._end("failDelivery", at=at)
            return lost
        self.attempts += 1
        self.first_tried_at, self.tried_at = self.first_tried_at or at, at
        self.next_attempt_at = self.lease_until = at + LEASE
        return lost

    def is_held_by(self, attempt: int) -> bool:
        """Whether whoever has leased it for that attempt still may say what came of it."""
        return self.lease_until is not None and self.attempts == attempt

    def answered(self, answer: Answer, *, at: datetime) -> DeliveryAttempt:
        """What becomes of it, by the answer of its latest attempt."""
        if answer.is_accepted:
            self._end("deliverWebhook", at=at)
        elif answer.may_pass and self.attempts <= len(WAITS):
            self.move_to("retryWebhook", by=SYSTEM, at=at)
            asked = min(answer.retry_after or timedelta(), _LONGEST_WAIT)
            self.lease_until, self.next_attempt_at = None, at + max(WAITS[self.attempts - 1], asked)
        else:
            self._end("failDelivery", at=at)
        return self._attempt(answer)

    def skip(self, because: WebhookSkipReason, *, at: datetime) -> None:
        """It is not sent, and can be sent again once there is nothing against it."""
        self.skipped_because = because
        self._end("skipWebhook", at=at)

    def again(self, redelivery: int, turn: int, *, by: Actor, at: datetime) -> "WebhookDelivery":
        """Another delivery of the same event."""
        self.check("redeliverWebhook", by=by)
        event = {name: getattr(self, name) for name in _OF_EVENT}
        return _made(self.organization_id, self.endpoint_id, redelivery, turn, event, by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _end(self, action: str, *, at: datetime) -> None:
        self.move_to(action, by=SYSTEM, at=at)
        self.lease_until = self.next_attempt_at = None

    def _attempt(self, answer: Answer) -> DeliveryAttempt:
        if self.tried_at is None:
            raise AssertionError("what was answered was asked before")
        return DeliveryAttempt(
            id=new_id(),
            delivery_id=self.id,
            number=self.attempts,
            at=self.tried_at,
            latency_ms=answer.latency_ms,
            status_code=answer.status_code,
            response_excerpt=answer.excerpt,
            error=answer.error,
        )


_OF_EVENT = (
    "installation_id",
    "event_id",
    "event_type",
    "subject_type",
    "subject_id",
    "subject_version",
    "occurred_at",
)


def of_event(
    endpoint: WebhookEndpoint, event: OutboxEvent, *, installation_id: UUID | None, at: datetime
) -> WebhookDelivery:
    """An event that has just got its position, for an endpoint that wants it."""
    told = {
        "installation_id": installation_id,
        "event_id": event.id,
        "event_type": event.type,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "subject_version": event.subject_version,
        "occurred_at": event.occurred_at,
    }
    return _made(endpoint.organization_id, endpoint.id, 0, event.position, told, by=SYSTEM, at=at)


def of_test(endpoint: WebhookEndpoint, turn: int, *, by: Actor, at: datetime) -> WebhookDelivery:
    """An event that says nothing but that it was asked for."""
    endpoint.check("sendTestEvent", by=by)
    told = {
        "event_id": new_id(),
        "event_type": TESTED,
        "subject_type": WebhookEndpoint.SUBJECT,
        "subject_id": endpoint.id,
        "subject_version": endpoint.version,
        "occurred_at": at,
    }
    return _made(endpoint.organization_id, endpoint.id, 0, turn, told, by=by, at=at)


def _made(
    organization_id: UUID,
    endpoint_id: UUID,
    redelivery: int,
    turn: int,
    event: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> WebhookDelivery:
    delivery = WebhookDelivery(
        id=new_id(),
        organization_id=organization_id,
        endpoint_id=endpoint_id,
        redelivery=redelivery,
        turn=turn,
        next_attempt_at=at,
        **event,
    )
    delivery.born(_S.PENDING, action="makeDelivery", by=by, at=at)
    return delivery
