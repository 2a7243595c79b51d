"""Queries of webhook endpoints: the lists, the locks of the verbs, and which of them want an event."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import and_, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor, ActorKind
from domain.apps import App
from domain.events import OutboxEvent
from domain.organizations import Organization
from domain.permission_decisions import left_to
from domain.permissions import Permission
from domain.webhook_deliveries import WebhookDelivery
from domain.webhook_endpoints import (
    FAILING_DELIVERIES,
    FAILING_FOR,
    WebhookEndpoint,
    WebhookEndpointStatus,
    require_room,
)
from persistence import app_endpoints, organizations
from persistence.apps import APPS
from persistence.organizations import ORGANIZATIONS
from persistence.outbox import is_open_to
from persistence.tables.outbound_webhooks import webhook_deliveries, webhook_endpoints
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_COLUMNS = webhook_endpoints.c
_IS_THERE = _COLUMNS.deleted_at.is_(None)
IS_ENABLED = and_(_IS_THERE, _COLUMNS.status == WebhookEndpointStatus.ENABLED)


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization, for whoever manages them."""
    if not viewer.may(Permission.WEBHOOKS_MANAGE):
        return false()
    return and_(_COLUMNS.organization_id == viewer.organization_id, _IS_THERE)


WEBHOOK_ENDPOINTS = Source(WebhookEndpoint, webhook_endpoints, visible_to)
ORGANIZATION, APP = One(ORGANIZATIONS, "organization_id"), One(APPS, "app_id")
LIST = Connection(
    WEBHOOK_ENDPOINTS,
    orders={"CREATED_AT": _COLUMNS.created_at},
    default_order=(("CREATED_AT", True),),
    filters={"status": lambda values: _COLUMNS.status.in_(values), "app_id": lambda id_: _COLUMNS.app_id == id_},
)


async def organization_with_room(db: Unit) -> Organization:
    """The active organization, locked; LIMIT_REACHED when it has as many endpoints as it may have."""
    organization = await organizations.for_change(db)
    own = select(func.count()).where(_COLUMNS.organization_id == organization.id, _IS_THERE)
    require_room((await db.session.execute(own)).scalar_one())
    return organization


async def for_change(db: Unit, endpoint_id: UUID) -> WebhookEndpoint:
    """One of the active organization's, locked; events go on being counted out to it."""
    statement = select(WebhookEndpoint).where(_COLUMNS.id == endpoint_id, visible_to(db.by))
    return await db.require(statement.with_for_update(key_share=True), "webhook endpoint", "endpointId")


async def locked(db: Unit, endpoint_id: UUID) -> WebhookEndpoint:
    """Known to exist; perhaps deleted."""
    statement = select(WebhookEndpoint).where(_COLUMNS.id == endpoint_id).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one()


async def wanting(db: Unit, events: Sequence[OutboxEvent]) -> Sequence[tuple[WebhookEndpoint, OutboxEvent]]:
    """Who is to be told of which of these events, in their order: endpoints of organizations that an event concerns,
    as far as they chose its type and may read its object. Disabled ones too: what is not sent is written down."""
    concerned = {id_ for event in events for id_ in event.organization_ids}
    own = _COLUMNS.organization_id.in_(concerned), _COLUMNS.app_id.is_(None), _IS_THERE
    statement = select(WebhookEndpoint).where(*own)
    endpoints = (await db.session.scalars(statement.order_by(_COLUMNS.id))).all()
    return [(endpoint, event) for event in events for endpoint in endpoints if _is_told(endpoint, event)]


def _is_told(endpoint: WebhookEndpoint, event: OutboxEvent) -> bool:
    is_party = endpoint.organization_id in event.organization_ids
    return is_party and endpoint.wants(event.type) and is_open_to(endpoint.rights(), event.subject_type)


async def actor_of(session: AsyncSession, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Actor:
    """Who an endpoint's query is asked by: a program with the rights it was made with, as far as its organization has
    them at this moment; or an app where it is let in."""
    if endpoint.app_id is not None and delivery.installation_id is not None:
        return await app_endpoints.actor_of(session, endpoint.app_id, delivery.installation_id)
    organization = await session.get_one(Organization, endpoint.organization_id)
    return Actor(
        kind=ActorKind.API_KEY,
        organization_id=organization.id,
        organization_kind=organization.kind.value,
        is_verified=True,
        permissions=left_to(organization.status, endpoint.rights()),
    )


async def name_of(session: AsyncSession, endpoint: WebhookEndpoint) -> str:
    """Of the app or the organization that is told."""
    if endpoint.app_id is not None:
        return (await session.get_one(App, endpoint.app_id)).name
    return (await session.get_one(Organization, endpoint.organization_id)).name


async def note_delivered(db: Unit, endpoint_id: UUID) -> None:
    """It is well. Its version stays: whoever edits it need not read it again for that."""
    was_failing = and_(_COLUMNS.id == endpoint_id, _COLUMNS.failing_at.is_not(None))
    await db.session.execute(update(webhook_endpoints).where(was_failing).values(failing_at=None))


async def note_failed(db: Unit, endpoint_id: UUID) -> None:
    was_well = and_(_COLUMNS.id == endpoint_id, _COLUMNS.failing_at.is_(None))
    await db.session.execute(update(webhook_endpoints).where(was_well).values(failing_at=db.at))


async def given_up_on(db: Unit) -> Iterable[UUID]:
    """Those that nothing has reached for so long, although enough was tried."""
    tried = (
        select(func.count())
        .where(webhook_deliveries.c.endpoint_id == _COLUMNS.id, webhook_deliveries.c.tried_at >= _COLUMNS.failing_at)
        .scalar_subquery()
    )
    long_ago = _COLUMNS.failing_at <= db.at - FAILING_FOR
    return (
        await db.session.scalars(select(_COLUMNS.id).where(IS_ENABLED, long_ago, tried >= FAILING_DELIVERIES))
    ).all()
