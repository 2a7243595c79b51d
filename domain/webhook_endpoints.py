"""Webhook endpoints: where an organization wants to be told of its events, and when they have had enough failures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.api_keys import SCOPES
from domain.app_events import APP_EVENTS
from domain.checks import Checks
from domain.event_types import EVENT_TYPES, fits
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, forbidden
from domain.states import Move, Side, Stateful

MOST = 20
"""Endpoints of an organization."""
SCHEMA_VERSION = 1
"""Of the bodies that are sent."""
PER_SECOND, MOST_PER_SECOND = 10, 100
OVERLAP, LONGEST_OVERLAP = timedelta(hours=24), timedelta(days=7)
"""How long the former secret still signs, unless said, and at most."""
FAILING_FOR, FAILING_DELIVERIES = timedelta(hours=72), 20
"""An endpoint is given up after as long without one success, if so many deliveries were tried meanwhile."""
_MOST_TYPES, _MOST_QUERY = 100, 10_000


class WebhookEndpointStatus(Enum):
    """Whether an endpoint is sent to."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class DisabledBy(Enum):
    """Who has stopped an endpoint."""

    MANUAL = "MANUAL"
    AUTO = "AUTO"


_S = WebhookEndpointStatus
_ANY, _P = tuple(WebhookEndpointStatus), Permission.WEBHOOKS_MANAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTerms:
    """What an endpoint is sent, where, and how fast."""

    url: str
    event_types: Sequence[str]
    payload_query: str | None
    max_per_second: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found wrong, outside of any transaction, with an address and with a query; None: nothing."""

    url: str | None = None
    query: str | None = None


@dataclass(eq=False, kw_only=True)
class WebhookEndpoint(Stateful):
    """An address of an organization's that its events are posted to. Secrets are sealed, and shown once."""

    SUBJECT: ClassVar[str] = "webhook_endpoint"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateWebhookEndpoint", _ANY, None, Side.OWNER, _P),
        Move("disableWebhookEndpoint", (_S.ENABLED,), _S.DISABLED, Side.OWNER, _P),
        Move("enableWebhookEndpoint", (_S.DISABLED,), _S.ENABLED, Side.OWNER, _P),
        Move("rotateWebhookSecret", _ANY, None, Side.OWNER, _P),
        Move("deleteWebhookEndpoint", _ANY, None, Side.OWNER, _P),
        Move("sendTestEvent", (_S.ENABLED,), None, Side.OWNER, _P),
        Move("redeliverFailed", (_S.ENABLED,), None, Side.OWNER, _P),
        Move("giveWebhookEndpointUp", (_S.ENABLED,), _S.DISABLED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None = None
    """The app of the organization's that is told, of those that have let it in; None: the organization itself."""
    url: str
    event_types: list[str]
    payload_query: str | None
    schema_version: int
    permissions: list[str]
    """With which its query is resolved and its events are chosen: those of whoever made it. An app's has none: what it
    is told is up to those that have let the app in."""
    max_per_second: int
    sealed_secret: str = field(repr=False)
    former_sealed_secret: str | None = field(default=None, repr=False)
    former_until: datetime | None = None
    disabled_by: DisabledBy | None = None
    disabled_because: str | None = None
    failing_at: datetime | None = None
    """Since when nothing was delivered that was tried."""
    deleted_at: datetime | None = None
    status: WebhookEndpointStatus = field(init=False)

    def wants(self, event_type: str) -> bool:
        return any(fits(pattern, event_type) for pattern in self.event_types)

    def rights(self) -> frozenset[Permission]:
        return frozenset(SCOPES[one] for one in self.permissions if one in SCOPES)

    def sealed_secrets(self, at: datetime) -> list[str]:
        """Those that sign at this moment, the newest first."""
        former = self.former_sealed_secret if self.former_until is not None and at < self.former_until else None
        return [self.sealed_secret] if former is None else [self.sealed_secret, former]

    def update(self, terms: EndpointTerms, looked: Looked, *, by: Actor, at: datetime) -> None:
        """FORBIDDEN to whoever holds less than it does: it would tell them, at their own address, what they may not
        read."""
        self.check("updateWebhookEndpoint", by=by)
        check(terms, looked, is_of_app=self.app_id is not None)
        lacking = [one for one in self.permissions if not by.may(SCOPES[one])]
        if lacking:
            raise forbidden(f"This endpoint is told what you may not read: you lack {', '.join(lacking)}.")
        self.url, self.event_types = terms.url, list(dict.fromkeys(terms.event_types))
        self.payload_query, self.max_per_second = terms.payload_query, terms.max_per_second
        self.record("updated", by=by, at=at)

    def enable(self, *, by: Actor, at: datetime) -> None:
        self.move_to("enableWebhookEndpoint", by=by, at=at)
        self.disabled_by = self.disabled_because = self.failing_at = None
        self.record("enabled", by=by, at=at)

    def disable(self, *, by: Actor, at: datetime) -> None:
        """What waits for it is skipped, and what happens from now on too; both can be redelivered."""
        self.move_to("disableWebhookEndpoint", by=by, at=at)
        self._disabled(DisabledBy.MANUAL, None, by=by, at=at)

    def give_up(self, because: str, *, at: datetime) -> None:
        """Nobody seems to listen there any more."""
        self.move_to("giveWebhookEndpointUp", by=SYSTEM, at=at)
        self._disabled(DisabledBy.AUTO, because, by=SYSTEM, at=at)

    def rotate(self, sealed: str, overlap: timedelta, *, by: Actor, at: datetime) -> None:
        """Both secrets sign until the overlap ends; one that was replaced before ends at once."""
        self.check("rotateWebhookSecret", by=by)
        self.former_sealed_secret = self.sealed_secret if overlap else None
        self.former_until = at + overlap if overlap else None
        self.sealed_secret = sealed
        until = None if self.former_until is None else self.former_until.isoformat()
        self.record("secret_rotated", by=by, at=at, data={"formerSecretEndsAt": until})

    def delete(self, *, by: Actor, at: datetime) -> None:
        """Nobody sees it any more. Its row stays as long as its log does, and opens nothing."""
        self.check("deleteWebhookEndpoint", by=by)
        self.deleted_at = at
        self.sealed_secret, self.former_sealed_secret, self.former_until = "", None, None
        self.record("deleted", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _disabled(self, who: DisabledBy, because: str | None, *, by: Actor, at: datetime) -> None:
        self.disabled_by, self.disabled_because = who, because
        self.record("disabled", by=by, at=at, data={"by": who.value, "because": because})


def create(
    id_: UUID,
    organization_id: UUID,
    sealed: str,
    terms: EndpointTerms,
    looked: Looked,
    *,
    by: Actor,
    at: datetime,
    app_id: UUID | None = None,
) -> WebhookEndpoint:
    """An endpoint that is told what its maker may read at this moment; an app's, what the app may by then."""
    is_of_app = app_id is not None
    check(terms, looked, is_of_app=is_of_app)
    endpoint = WebhookEndpoint(
        id=id_,
        organization_id=organization_id,
        app_id=app_id,
        url=terms.url,
        event_types=list(dict.fromkeys(terms.event_types)),
        payload_query=terms.payload_query,
        schema_version=SCHEMA_VERSION,
        permissions=[] if is_of_app else sorted(name for name, one in SCOPES.items() if by.may(one)),
        max_per_second=terms.max_per_second,
        sealed_secret=sealed,
    )
    endpoint.born(_S.ENABLED, action="createWebhookEndpoint", by=by, at=at)
    endpoint.record("created", by=by, at=at)
    return endpoint


def check(terms: EndpointTerms, looked: Looked, *, is_of_app: bool) -> None:
    """Refuses INVALID with all that is wrong."""
    checks, types = Checks(), APP_EVENTS if is_of_app else EVENT_TYPES
    missing = "Apps are told of no event called" if is_of_app else "No event is called"
    checks.require(looked.url is None, looked.url or "", "url")
    checks.count("eventTypes", terms.event_types, least=1, most=_MOST_TYPES)
    for position, pattern in enumerate(terms.event_types):
        known = any(fits(pattern, one) for one in types)
        checks.require(known, f"{missing} {pattern[:60]!r}; see eventTypes.", "eventTypes", str(position))
    checks.text("payloadQuery", terms.payload_query, most=_MOST_QUERY)
    checks.require(looked.query is None, looked.query or "", "payloadQuery")
    checks.whole("maxPerSecond", terms.max_per_second, least=1, most=MOST_PER_SECOND)
    checks.refuse()


def require_room(used: int) -> None:
    """Refuses LIMIT_REACHED an endpoint too many."""
    if used >= MOST:
        message = f"An organization has at most {MOST} webhook endpoints: delete one first."
        raise Refused(RefusalCode.LIMIT_REACHED, message, used=used, limit=MOST)
