"""Queries of apps: who sees which, and the locks of the verbs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.app_installations import InstallationStatus
from domain.apps import App, AppStatus
from domain.permissions import Permission
from persistence.neutrality import require_neutral
from persistence.organizations import ORGANIZATIONS
from persistence.tables.apps import app_installations, apps
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, those it has installed, and public ones once they have been approved."""
    if viewer.may(Permission.STAFF_APPS):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.ORG_READ):
        return false()
    installed = exists().where(
        app_installations.c.app_id == apps.c.id,
        app_installations.c.organization_id == viewer.organization_id,
        app_installations.c.status == InstallationStatus.ACTIVE,
    )
    own = apps.c.owner_organization_id == viewer.organization_id
    return or_(own, and_(apps.c.is_public, apps.c.status == AppStatus.ACTIVE), installed)


APPS = Source(App, apps, visible_to)
OWNER = One(ORGANIZATIONS, "owner_organization_id")
REVIEWED_BY = One(USERS, "reviewed_by_id")
LIST = Connection(
    APPS,
    orders={"CREATED_AT": apps.c.created_at, "NAME": apps.c.name},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: apps.c.status.in_(values),
        "owner_organization_id": lambda id_: apps.c.owner_organization_id == id_,
        "has_pending_change": lambda has: apps.c.pending_change.is_not(None) == has,
    },
)


async def seen_by(session: AsyncSession, viewer: Actor, app_id: UUID) -> App | None:
    statement = select(App).where(apps.c.id == app_id, visible_to(viewer))
    return (await session.scalars(statement)).one_or_none()


async def for_change(db: Unit, app_id: UUID, expected_version: int | None = None) -> App:
    """A visible app, locked: its keys, installations and sessions come after it."""
    statement = select(App).where(apps.c.id == app_id, visible_to(db.by))
    app: App = await db.require(statement.with_for_update(key_share=True), "app", "appId")
    app.require_version(expected_version)
    return app


async def for_review(db: Unit, app_id: UUID, expected_version: int | None = None) -> App:
    """The same, for staff that belong to another side than its owner."""
    app = await for_change(db, app_id, expected_version)
    await require_neutral(db, [app.owner_organization_id])
    return app


async def for_use(db: Unit, app_id: UUID) -> App:
    """A visible app that stays as it is until the transaction ends, while others use it as well."""
    statement = select(App).where(apps.c.id == app_id, visible_to(db.by))
    return await db.require(statement.with_for_update(read=True), "app", "appId")


async def own(db: Unit, app_id: UUID) -> App:
    """One of the active organization's, as it is until the transaction ends."""
    which = apps.c.id == app_id, apps.c.owner_organization_id == db.by.require_organization()
    return await db.require(select(App).where(*which).with_for_update(read=True), "app", "appId")


async def used_by_itself(db: Unit, *, is_alone: bool = False) -> App:
    """The app whose key the caller has; as it is until the transaction ends, or while nobody else counts its users."""
    statement = select(App).where(apps.c.id == db.by.app_id)
    locked = statement.with_for_update(key_share=True) if is_alone else statement.with_for_update(read=True)
    return (await db.session.scalars(locked)).one()


async def installers(db: Unit, app_id: UUID) -> Sequence[UUID]:
    """The organizations that have installed it."""
    live = app_installations.c.app_id == app_id, app_installations.c.status == InstallationStatus.ACTIVE
    return (await db.session.scalars(select(app_installations.c.organization_id).where(*live))).all()
