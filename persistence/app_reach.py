"""What apps may do in organizations that have installed them, as SQL: a question for verbs, a condition for lists."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
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
    """Installed there with that permission, which it still asks for; a suspended organization lets apps only read.

    An app that waits for its review can only have been installed by its owner, in a sandbox.
    """
    installed, asked, organization = app_installations.c, apps.c, organizations.c
    is_own = and_(asked.status == AppStatus.PENDING_REVIEW, asked.owner_organization_id == organization.id)
    reads = [OrganizationStatus.SUSPENDED] if granted.value.endswith(":read") else []
    return (
        exists()
        .where(
            installed.app_id == app.app_id,
            installed.organization_id == organization_id,
            is_active(),
            installed.granted_permissions.contains([granted]),
            asked.id == installed.app_id,
            asked.permissions.contains([granted]),
            or_(asked.status == AppStatus.ACTIVE, is_own),
            organization.id == installed.organization_id,
            organization.status.in_([OrganizationStatus.ACTIVE, *reads]),
        )
        .correlate_except(app_installations, apps, organizations)
    )
