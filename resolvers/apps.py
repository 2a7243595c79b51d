"""Apps: registering and changing them, their review by staff, and their end."""

from typing import Any
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.apps import App, register
from domain.permissions import Permission
from domain.sessions import Visit
from persistence import app_installations, app_keys, apps, cross_app_sessions
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, OWNER, REVIEWED_BY = apps.LIST, apps.OWNER, apps.REVIEWED_BY
READERS = (Permission.APPS_INSTALL, Permission.APPS_DEVELOP, Permission.STAFF_APPS)


def shows_private(app: App, viewer: Actor) -> bool:
    """Whether somebody sees what the owner and the reviewers say to each other."""
    is_own = viewer.acts_for(app.owner_organization_id) and viewer.may(Permission.APPS_DEVELOP)
    return is_own or viewer.may(Permission.STAFF_APPS)


async def prepare_fields(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds where it runs: in a sandbox an app may live on its developer's machine."""
    return arguments | {"is_sandbox": context.platform.is_sandbox}


async def register_app(db: Unit, *, is_sandbox: bool, **fields: Any) -> Changed:
    app = register(fields, is_sandbox=is_sandbox, by=db.by, at=db.at)
    db.add(app)
    return Changed(app=app)


async def update_app(
    db: Unit, *, app_id: UUID, expected_version: int | None, is_sandbox: bool, **fields: Any
) -> Changed:
    app = await apps.for_change(db, app_id, expected_version)
    before = set(app.permissions)
    app.change(fields, is_sandbox=is_sandbox, by=db.by, at=db.at)
    await app_installations.take_back(db, app.id, before.difference(app.permissions))
    return Changed(app=app)


async def resubmit_app(db: Unit, *, app_id: UUID) -> Changed:
    app = await apps.for_change(db, app_id)
    app.resubmit(by=db.by, at=db.at)
    return Changed(app=app)


async def approve_app(db: Unit, *, app_id: UUID, note: str | None, expected_version: int | None) -> Changed:
    app = await apps.for_review(db, app_id, expected_version)
    app.approve(note, by=db.by, at=db.at)
    return Changed(app=app)


async def reject_app(db: Unit, *, app_id: UUID, note: str) -> Changed:
    app = await apps.for_review(db, app_id)
    app.reject(note, by=db.by, at=db.at)
    return Changed(app=app)


async def decide_app_change(
    db: Unit, *, app_id: UUID, approve: bool, note: str | None, expected_version: int | None
) -> Changed:
    app = await apps.for_review(db, app_id, expected_version)
    app.decide_change(approve, note, by=db.by, at=db.at)
    return Changed(app=app)


async def suspend_app(db: Unit, *, app_id: UUID, reason: str, visit: Visit) -> Changed:
    app = await apps.for_review(db, app_id)
    app.suspend(reason, await apps.installers(db, app.id), by=db.by, at=db.at)
    await cross_app_sessions.end_of_app(db, app.id, visit.at)
    return Changed(app=app)


async def activate_app(db: Unit, *, app_id: UUID) -> Changed:
    app = await apps.for_review(db, app_id)
    app.activate(await apps.installers(db, app.id), by=db.by, at=db.at)
    return Changed(app=app)


async def revoke_app(db: Unit, *, app_id: UUID, reason: str | None, visit: Visit) -> Changed:
    app = await apps.for_change(db, app_id)
    app.revoke(reason, await apps.installers(db, app.id), by=db.by, at=db.at)
    for installation in await app_installations.of_app(db, app.id):
        installation.end(at=db.at)
    for key in await app_keys.working_of(db, app.id):
        key.revoke(by=SYSTEM, at=db.at)
    await cross_app_sessions.end_of_app(db, app.id, visit.at)
    return Changed(app=app)
