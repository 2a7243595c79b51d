"""Installations: an organization lets an app in, consents to what it asks for, and sends it away."""

from uuid import UUID

from domain.app_installations import install
from domain.app_permissions import AppPermission
from domain.sessions import Visit
from persistence import app_installations, apps, cross_app_sessions, organizations, plan_limits
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, APP = app_installations.LIST, app_installations.APP
ORGANIZATION, INSTALLED_BY = app_installations.ORGANIZATION, app_installations.INSTALLED_BY


async def install_app(db: Unit, *, app_id: UUID, permissions: list[AppPermission], is_sandbox: bool) -> Changed:
    organization = await organizations.for_change(db)
    app = await apps.for_use(db, app_id)
    app.require_for(organization.id, is_sandbox=is_sandbox)
    installation = await app_installations.live(db, app.id, organization.id)
    if installation is None:
        installation = install(app, permissions, by=db.by, at=db.at)
        db.add(installation)
        await plan_limits.admit(db, "installApp", organization.id)
    else:
        installation.consent(app, permissions, by=db.by, at=db.at)
    return Changed(installation=installation)


async def uninstall_app(db: Unit, *, installation_id: UUID, visit: Visit) -> Changed:
    installation = await app_installations.for_change(db, installation_id)
    installation.uninstall(by=db.by, at=db.at)
    await cross_app_sessions.end_of_installation(db, installation.app_id, installation.organization_id, visit.at)
    return Changed(installation=installation)
