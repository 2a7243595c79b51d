"""Queries of installations: who sees which, and the locks of the verbs."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, exists, false, func, or_, select, true, update

from domain.actors import Actor
from domain.app_installations import AppInstallation, InstallationStatus
from domain.app_permissions import AppPermission
from domain.permissions import Permission
from persistence.apps import APPS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.apps import app_installations, apps
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

_installations = app_installations.c


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization, and those of its own apps, each for whoever deals with them."""
    if viewer.may(Permission.STAFF_APPS):
        return true()
    mine = _installations.organization_id == viewer.organization_id
    developed = exists().where(
        apps.c.id == _installations.app_id, apps.c.owner_organization_id == viewer.organization_id
    )
    return or_(
        mine if viewer.may(Permission.APPS_INSTALL) else false(),
        developed if viewer.may(Permission.APPS_DEVELOP) else false(),
    )


APP_INSTALLATIONS = Source(AppInstallation, app_installations, visible_to)
APP, ORGANIZATION, INSTALLED_BY = (
    One(APPS, "app_id"),
    One(ORGANIZATIONS, "organization_id"),
    One(USERS, "installed_by_id"),
)
LIST = Connection(
    APP_INSTALLATIONS,
    orders={"CREATED_AT": _installations.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "app_id": lambda id_: _installations.app_id == id_,
        "organization_id": lambda id_: _installations.organization_id == id_,
        "status": lambda values: _installations.status.in_(values),
    },
)


def is_active() -> Condition:
    return _installations.status == InstallationStatus.ACTIVE


async def live(db: Unit, app_id: UUID, organization_id: UUID) -> AppInstallation | None:
    """The installation of an app in an organization, locked; the organization is locked already. What is told by it can
    be written down meanwhile."""
    which = and_(_installations.app_id == app_id, _installations.organization_id == organization_id)
    statement = select(AppInstallation).where(which, is_active()).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one_or_none()


async def is_live(db: Unit, app_id: UUID, organization_id: UUID) -> bool:
    which = exists().where(
        _installations.app_id == app_id, _installations.organization_id == organization_id, is_active()
    )
    return bool(await db.session.scalar(select(which)))


async def for_change(db: Unit, installation_id: UUID) -> AppInstallation:
    statement = select(AppInstallation).where(_installations.id == installation_id, visible_to(db.by))
    return await db.require(statement.with_for_update(key_share=True), "installation", "installationId")


async def of_app(db: Unit, app_id: UUID) -> Sequence[AppInstallation]:
    """All live ones of a locked app, locked."""
    return await _all(db, _installations.app_id == app_id)


async def of_organization(db: Unit, organization_id: UUID) -> Sequence[AppInstallation]:
    """All live ones of a locked organization, locked."""
    return await _all(db, _installations.organization_id == organization_id)


async def take_back(db: Unit, app_id: UUID, permissions: Collection[AppPermission]) -> None:
    """The app asks for these no more: should it ask again, it needs consent again."""
    for permission in permissions:
        granted = _installations.granted_permissions
        await db.session.execute(
            update(app_installations)
            .where(_installations.app_id == app_id, is_active(), granted.contains([permission]))
            .values(
                granted_permissions=func.array_remove(granted, permission.value),
                version=_installations.version + 1,
                updated_at=db.at,
            )
        )


async def _all(db: Unit, which: Condition) -> Sequence[AppInstallation]:
    statement = select(AppInstallation).where(which, is_active()).order_by(_installations.id)
    return (await db.session.scalars(statement.with_for_update(key_share=True))).all()
