"""Webhook endpoints of apps: which events of those that have let an app in it is told, and as whom it asks of them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor, ActorKind
from domain.app_events import APP_EVENTS
from domain.app_permissions import AppPermission
from domain.events import OutboxEvent
from domain.organizations import OrganizationStatus
from domain.webhook_endpoints import WebhookEndpoint
from persistence.app_reach import INSTALLED, lets
from persistence.tables.apps import app_installations, apps
from persistence.tables.identity import organizations
from persistence.tables.outbound_webhooks import webhook_deliveries, webhook_endpoints
from persistence.tables.platform import outbox
from persistence.unit import Unit
from planner.edges import Condition

_OWNERS = organizations.alias("owners")
_REACHED = INSTALLED.join(_OWNERS, _OWNERS.c.id == apps.c.owner_organization_id)
_OF, _INSTALLED = webhook_endpoints.c, app_installations.c
_ABOUT_APPS = [event_type for event_type, told in APP_EVENTS.items() if told.is_own]
_TYPES = {
    granted: types
    for granted in (None, *AppPermission)
    if (types := [event_type for event_type, told in APP_EVENTS.items() if told.granted is granted])
}

Told = tuple[WebhookEndpoint, OutboxEvent, UUID]
"""An endpoint, an event for it, and the installation by which it is told."""


async def wanting(db: Unit, events: Sequence[OutboxEvent]) -> Iterable[Told]:
    """The endpoints of apps that are to be told of some of these events, in their order."""
    by_id = {event.id: event for event in events if event.type in APP_EVENTS}
    if not by_id:
        return ()
    is_theirs = _INSTALLED.organization_id == any_(outbox.c.organization_ids)
    is_about_it = or_(outbox.c.type.not_in(_ABOUT_APPS), _INSTALLED.app_id == any_(outbox.c.topics))
    statement = (
        select(WebhookEndpoint, outbox.c.id, _INSTALLED.id)
        .select_from(_REACHED)
        .join(webhook_endpoints, and_(_OF.app_id == _INSTALLED.app_id, _OF.deleted_at.is_(None)))
        .join(outbox, and_(is_theirs, is_about_it, _INSTALLED.created_at <= outbox.c.occurred_at))
        .where(outbox.c.id.in_(by_id), _lets_tell(outbox.c.type))
        .order_by(outbox.c.position, _OF.id)
    )
    found = [(endpoint, by_id[id_], by) for endpoint, id_, by in await db.session.execute(statement)]
    return [told for told in found if told[0].wants(told[1].type)]


def may_be_sent() -> Condition:
    """Whether a delivery may still be told: one of an app only while those that it is about let the app know."""
    by = webhook_deliveries.c.installation_id
    lets_know = exists().select_from(_REACHED).where(_INSTALLED.id == by, _lets_tell(webhook_deliveries.c.event_type))
    return or_(by.is_(None), lets_know.correlate(webhook_deliveries))


async def actor_of(session: AsyncSession, app_id: UUID, installation_id: UUID) -> Actor:
    """Who an app's query is asked by: the app, which sees nothing but the organization that it is told of."""
    told_of = await session.scalar(select(_INSTALLED.organization_id).where(_INSTALLED.id == installation_id))
    return Actor(kind=ActorKind.APP, app_id=app_id, is_verified=True, only_in=told_of)


def _lets_tell(event_type: ColumnElement[str]) -> Condition:
    """Of an installation: whether the app may be told events of a type at this moment. An app whose owner is suspended
    learns nothing, as its keys do nothing."""
    allowed = or_(*(and_(event_type.in_(types), lets(granted)) for granted, types in _TYPES.items()))
    return and_(_OWNERS.c.status == OrganizationStatus.ACTIVE, allowed)
