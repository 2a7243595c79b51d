"""Queries of webhook deliveries: made with the positions of their events, listed, sent again and let go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.actors import Actor
from domain.api_keys import SCOPES
from domain.events import OutboxEvent
from domain.refusals import forbidden
from domain.webhook_deliveries import (
    KEPT,
    NOT_ARRIVED,
    WAITING,
    DeliveryAttempt,
    WebhookDelivery,
    WebhookDeliveryStatus,
    of_event,
)
from domain.webhook_endpoints import WebhookEndpoint
from persistence import app_endpoints, outbox, webhook_endpoints
from persistence.app_installations import APP_INSTALLATIONS
from persistence.tables.outbound_webhooks import webhook_attempts, webhook_bodies, webhook_deliveries
from persistence.tables.outbound_webhooks import webhook_endpoints as endpoints
from persistence.tables.platform import status_changes
from persistence.unit import Unit
from persistence.webhook_endpoints import WEBHOOK_ENDPOINTS
from planner.edges import Batch, Connection, Many, One, Source, Within

AT_ONCE = 500
"""Deliveries that are sent again, or let go, in one step."""
_COLUMNS, _BODIES, _ATTEMPTS = webhook_deliveries.c, webhook_bodies.c, webhook_attempts.c


async def _bodies(session: AsyncSession, viewer: Actor, deliveries: Sequence[WebhookDelivery]) -> Mapping[UUID, Any]:
    """For those who may read themselves what the endpoint is told; of an app's, while it may be told of it."""
    held = [name for name, one in SCOPES.items() if viewer.may(one)]
    statement = (
        select(_COLUMNS.id, _BODIES.body)
        .join(endpoints, endpoints.c.id == _COLUMNS.endpoint_id)
        .join(
            webhook_bodies,
            and_(_BODIES.endpoint_id == _COLUMNS.endpoint_id, _BODIES.event_id == _COLUMNS.event_id),
        )
        .where(
            _COLUMNS.id.in_([one.id for one in deliveries]),
            endpoints.c.permissions.contained_by(held),
            app_endpoints.may_be_sent(),
        )
    )
    return {id_: orjson.loads(body) for id_, body in await session.execute(statement)}


WEBHOOK_DELIVERIES = Source(
    WebhookDelivery, webhook_deliveries, Within(WEBHOOK_ENDPOINTS, webhook_deliveries, "endpoint_id")
)
_OF_DELIVERY = Within(WEBHOOK_DELIVERIES, webhook_attempts, "delivery_id")
ENDPOINT, INSTALLATION = One(WEBHOOK_ENDPOINTS, "endpoint_id"), One(APP_INSTALLATIONS, "installation_id")
BODY = Batch(_bodies)
ATTEMPTS = Many(Source(DeliveryAttempt, webhook_attempts, _OF_DELIVERY), "delivery_id", order="number")
LIST = Connection(
    WEBHOOK_DELIVERIES,
    orders={"CREATED_AT": _COLUMNS.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "endpoint_id": lambda id_: _COLUMNS.endpoint_id == id_,
        "status": lambda values: _COLUMNS.status.in_(values),
        "event_type": lambda types: _COLUMNS.event_type.in_(types),
    },
)


async def make(db: Unit, events: Sequence[OutboxEvent]) -> None:
    """Deliveries of events that get their positions in this transaction: whoever sees one sees the others."""
    own = await webhook_endpoints.wanting(db, events)
    of_apps = await app_endpoints.wanting(db, events)
    wanted = [*((endpoint, event, None) for endpoint, event in own), *of_apps]
    db.add(*(of_event(endpoint, event, installation_id=by, at=db.at) for endpoint, event, by in wanted))


async def turn_now(db: Unit) -> int:
    """Behind all events so far, and before all to come."""
    return await outbox.last_position(db.session)


async def for_redelivery(db: Unit, delivery_id: UUID) -> tuple[WebhookEndpoint, WebhookDelivery]:
    """A delivery the caller may see, and its endpoint, which is locked: redeliveries are numbered one by one.
    FORBIDDEN where an app would be told what it may not know any more."""
    found = await db.require(
        select(WebhookDelivery).where(_COLUMNS.id == delivery_id, WEBHOOK_DELIVERIES.visible_to(db.by)),
        "delivery",
        "deliveryId",
    )
    if not await db.session.scalar(select(exists().where(_COLUMNS.id == found.id, app_endpoints.may_be_sent()))):
        raise forbidden("The organization that it is about does not let your app know this any more.", "installation")
    return await webhook_endpoints.locked(db, found.endpoint_id), found


async def next_redelivery(db: Unit, delivery: WebhookDelivery) -> int:
    same = and_(_COLUMNS.endpoint_id == delivery.endpoint_id, _COLUMNS.event_id == delivery.event_id)
    latest: int = (await db.session.execute(select(func.max(_COLUMNS.redelivery)).where(same))).scalar_one()
    return latest + 1


async def not_arrived(
    db: Unit, endpoint: WebhookEndpoint, since: datetime, until: datetime
) -> Sequence[WebhookDelivery]:
    """The latest delivery of each event that an endpoint was not told of and may be, oldest first; the endpoint is
    locked."""
    later = aliased(webhook_deliveries)
    is_latest = ~exists().where(
        later.c.endpoint_id == _COLUMNS.endpoint_id,
        later.c.event_id == _COLUMNS.event_id,
        later.c.redelivery > _COLUMNS.redelivery,
    )
    statement = select(WebhookDelivery).where(
        _COLUMNS.endpoint_id == endpoint.id,
        _COLUMNS.status.in_(NOT_ARRIVED),
        _COLUMNS.occurred_at.between(since, until),
        is_latest,
        app_endpoints.may_be_sent(),
    )
    return (await db.session.scalars(statement.order_by(_COLUMNS.turn, _COLUMNS.id).limit(AT_ONCE + 1))).all()


async def body_of(session: AsyncSession, delivery: WebhookDelivery) -> bytes | None:
    same = and_(_BODIES.endpoint_id == delivery.endpoint_id, _BODIES.event_id == delivery.event_id)
    return await session.scalar(select(_BODIES.body).where(same))


async def keep_body(db: Unit, delivery: WebhookDelivery, body: bytes) -> bytes:
    """The body for good; where another was kept first, that one."""
    row = insert(webhook_bodies).values(endpoint_id=delivery.endpoint_id, event_id=delivery.event_id, body=body)
    await db.session.execute(row.on_conflict_do_nothing())
    kept = await body_of(db.session, delivery)
    return body if kept is None else kept


async def forget_old(db: Unit) -> int:
    """Lets go of what was made 30 days ago, with its attempts and history; of a body with its last delivery."""
    old = select(_COLUMNS.id).where(_COLUMNS.created_at < db.at - KEPT).order_by(_COLUMNS.created_at).limit(AT_ONCE)
    ids = (await db.session.scalars(old.with_for_update(skip_locked=True))).all()
    if not ids:
        return 0
    await db.session.execute(delete(webhook_attempts).where(_ATTEMPTS.delivery_id.in_(ids)))
    await db.session.execute(delete(status_changes).where(status_changes.c.subject_id.in_(ids)))
    gone = delete(webhook_deliveries).where(_COLUMNS.id.in_(ids)).returning(_COLUMNS.endpoint_id, _COLUMNS.event_id)
    for endpoint_id, event_id in {tuple(row) for row in await db.session.execute(gone)}:
        same = and_(_BODIES.endpoint_id == endpoint_id, _BODIES.event_id == event_id)
        is_sent_again = exists().where(_COLUMNS.endpoint_id == endpoint_id, _COLUMNS.event_id == event_id)
        await db.session.execute(delete(webhook_bodies).where(same, ~is_sent_again))
    return len(ids)


async def waiting(session: AsyncSession) -> Mapping[WebhookDeliveryStatus, int]:
    """How many are still to be sent, by status."""
    counted = select(_COLUMNS.status, func.count()).where(_COLUMNS.status.in_(WAITING)).group_by(_COLUMNS.status)
    found = {row.status: row[1] for row in await session.execute(counted)}
    return {status: found.get(status, 0) for status in WAITING}
