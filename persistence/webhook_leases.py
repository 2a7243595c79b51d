"""Who sends which webhook next: fair between endpoints, in order for each object, and no faster than was asked for."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from domain.webhook_deliveries import HOLDS_FOR, WAITING, WebhookDelivery, WebhookSkipReason
from domain.webhook_endpoints import WebhookEndpoint
from persistence.app_endpoints import may_be_sent
from persistence.tables.outbound_webhooks import webhook_deliveries, webhook_endpoints
from persistence.unit import Unit
from persistence.webhook_endpoints import IS_ENABLED

UNDER_WAY, UNDER_WAY_FAILING = 4, 1
"""Deliveries of one endpoint that are sent at the same time, and of one that does not answer well."""
_ENDPOINTS, _SKIPPED = 20, 100
_SECOND = timedelta(seconds=1)
_COLUMNS, _OF = webhook_deliveries.c, webhook_endpoints.c
_IS_WAITING = _COLUMNS.status.in_(WAITING)

Leased = tuple[WebhookEndpoint, WebhookDelivery]


async def next_ones(db: Unit, most: int) -> Sequence[Leased]:
    """What may be sent now, at most so many, of some endpoints by lot; those and their endpoints are locked."""
    if not (await db.session.execute(select(exists().where(_IS_WAITING, _COLUMNS.next_attempt_at <= db.at)))).scalar():
        return ()
    found: list[Leased] = []
    for endpoint, room in await db.session.execute(_with_room(db)):
        limit = min(room, most - len(found))
        if limit <= 0:
            break
        deliveries = await db.session.scalars(_line_of(db, endpoint.id).limit(limit))
        found += [(endpoint, delivery) for delivery in deliveries]
    return found


async def to_be_skipped(db: Unit) -> Sequence[tuple[WebhookDelivery, WebhookSkipReason]]:
    """What waits for endpoints that nothing is sent to any more, or would tell apps what they may not know any more."""
    statement = select(WebhookDelivery, IS_ENABLED).join(webhook_endpoints, _OF.id == _COLUMNS.endpoint_id)
    in_vain = or_(not_(IS_ENABLED), not_(may_be_sent()))
    statement = statement.where(_IS_WAITING, in_vain, _COLUMNS.next_attempt_at <= db.at).limit(_SKIPPED)
    found = await db.session.execute(statement.with_for_update(of=webhook_deliveries, skip_locked=True))
    return [
        (delivery, WebhookSkipReason.APP_NOT_LET_IN if is_enabled else WebhookSkipReason.ENDPOINT_DISABLED)
        for delivery, is_enabled in found
    ]


async def locked(db: Unit, delivery_id: UUID) -> WebhookDelivery | None:
    """None once it was let go."""
    return await db.session.scalar(select(WebhookDelivery).where(_COLUMNS.id == delivery_id).with_for_update())


def _with_room(db: Unit) -> Select[WebhookEndpoint, int]:
    """Endpoints with something due, and how many more each may be sent at this moment."""
    of_endpoint = _COLUMNS.endpoint_id == _OF.id
    counted = select(func.count()).where(of_endpoint)
    under_way = counted.where(_COLUMNS.lease_until > db.at).scalar_subquery()
    lately = counted.where(_COLUMNS.tried_at > db.at - _SECOND).scalar_subquery()
    at_once = case((_OF.failing_at.is_(None), UNDER_WAY), else_=UNDER_WAY_FAILING)
    room = func.least(at_once - under_way, _OF.max_per_second - lately)
    is_due = exists().where(of_endpoint, _IS_WAITING, _COLUMNS.next_attempt_at <= db.at)
    statement = select(WebhookEndpoint, room).where(IS_ENABLED, is_due, room > 0)
    by_lot = statement.order_by(func.random()).limit(_ENDPOINTS)
    return by_lot.with_for_update(of=webhook_endpoints, key_share=True, skip_locked=True)


def _line_of(db: Unit, endpoint_id: UUID) -> Select[WebhookDelivery]:
    """What of an endpoint is due and has nothing before it in the line of its object."""
    before = aliased(webhook_deliveries)
    comes_first = or_(before.c.turn < _COLUMNS.turn, and_(before.c.turn == _COLUMNS.turn, before.c.id < _COLUMNS.id))
    still_holds = or_(
        before.c.attempts == 0,
        before.c.first_tried_at > db.at - HOLDS_FOR,
        before.c.lease_until > db.at,
    )
    is_held = exists().where(
        before.c.endpoint_id == _COLUMNS.endpoint_id,
        before.c.subject_id == _COLUMNS.subject_id,
        before.c.status.in_(WAITING),
        comes_first,
        still_holds,
    )
    statement = select(WebhookDelivery).where(_COLUMNS.endpoint_id == endpoint_id, _IS_WAITING, ~is_held)
    due = statement.where(_COLUMNS.next_attempt_at <= db.at, may_be_sent()).order_by(_COLUMNS.turn, _COLUMNS.id)
    return due.with_for_update(skip_locked=True)
