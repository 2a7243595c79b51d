"""What apps may do in organizations that have installed them, as SQL: a question for verbs, a condition for lists."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor, ActorKind
from domain.app_permissions import AppPermission
from domain.apps import AppStatus
from domain.organizations import OrganizationStatus
from persistence.app_installations import is_active
from persistence.tables.apps import app_installations, apps
from persistence.tables.identity import organizations
from persistence.unit import Unit
from planner.edges import Condition

INSTALLED = app_installations.join(apps, apps.c.id == app_installations.c.app_id).join(
    organizations, organizations.c.id == app_installations.c.organization_id
)
"""Installations with their apps and organizations."""


def let_in(viewer: Actor, organization_id: ColumnElement[Any], granted: AppPermission) -> Condition:
    """For lists: whether the viewer is an app that may do this in the row's organization at this moment."""
    if viewer.kind is not ActorKind.APP:
        return false()
    return _reaches(viewer, organization_id, granted)


async def may(db: Unit, organization_id: UUID, granted: AppPermission) -> bool:
    """Whether the app that asks may do this there; unknown organizations have let nobody in."""
    return await may_ask(db.session, db.by, organization_id, granted)


async def may_ask(session: AsyncSession, app: Actor, organization_id: UUID, granted: AppPermission) -> bool:
    """The same outside of a transaction, for reads."""
    there = organizations.alias()
    found = exists().where(there.c.id == organization_id, _reaches(app, there.c.id, granted))
    return bool((await session.execute(select(found))).scalar_one())


def _reaches(app: Actor, organization_id: ColumnElement[Any], granted: AppPermission) -> Condition:
    installed = app_installations.c
    there = and_(installed.app_id == app.app_id, installed.organization_id == organization_id)
    found = exists().select_from(INSTALLED).where(there, is_reached(app, organization_id), lets(granted))
    return found.correlate_except(app_installations, apps, organizations)


def is_reached(app: Actor, organization_id: ColumnElement[Any]) -> Condition:
    """Whether an app looks into the row's organization at all here."""
    return true() if app.only_in is None else organization_id == app.only_in


def lets(granted: AppPermission | None) -> Condition:
    """Of a row of INSTALLED: whether the app may do this there at this moment; None: whether it may do anything.

    It needs the permission and still asks for it; a suspended organization lets apps only read. An app that waits for
    its review can only have been installed by its owner, in a sandbox.
    """
    installed, asked, organization = app_installations.c, apps.c, organizations.c
    is_own = and_(asked.status == AppStatus.PENDING_REVIEW, asked.owner_organization_id == organization.id)
    reads = [OrganizationStatus.SUSPENDED] if granted is None or granted.value.endswith(":read") else []
    conditions = [
        is_active(),
        or_(asked.status == AppStatus.ACTIVE, is_own),
        organization.status.in_([OrganizationStatus.ACTIVE, *reads]),
    ]
    if granted is not None:
        conditions += [installed.granted_permissions.contains([granted]), asked.permissions.contains([granted])]
    return and_(*conditions)
