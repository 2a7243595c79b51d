"""Installations: an organization lets an app act in it, with the permissions that it has consented to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.app_permissions import AppPermission, in_order
from domain.apps import App
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import invalid
from domain.states import Move, Side, Stateful


class InstallationStatus(Enum):
    """Whether an app may act in an organization."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


_S = InstallationStatus


@dataclass(eq=False, kw_only=True)
class AppInstallation(Stateful):
    """One ACTIVE for each app and organization. What it grants and the app no longer asks for counts for nothing."""

    SUBJECT: ClassVar[str] = "app_installation"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("installApp", (_S.ACTIVE,), None, Side.OWNER, Permission.APPS_INSTALL),
        Move("uninstallApp", (_S.ACTIVE,), _S.REVOKED, Side.OWNER, Permission.APPS_INSTALL),
        Move("revokeInstallation", (_S.ACTIVE,), _S.REVOKED, Side.SYSTEM),
    )

    id: UUID
    app_id: UUID
    organization_id: UUID
    granted_permissions: list[AppPermission]
    installed_by_id: UUID | None
    revoked_at: datetime | None = None
    status: InstallationStatus = field(init=False)

    def consent(self, app: App, permissions: Iterable[AppPermission], *, by: Actor, at: datetime) -> None:
        """From now on the app may do exactly this, as far as it asks for it."""
        self.check("installApp", by=by)
        granted = _grantable(app, permissions)
        if granted != self.granted_permissions:
            self.granted_permissions = granted
            self.record("app.consent_changed", by=by, at=at, data=_named(granted))

    def uninstall(self, *, by: Actor, at: datetime) -> None:
        self._end("uninstallApp", by=by, at=at)

    def end(self, *, at: datetime) -> None:
        """The app or the organization is over, whoever has ended it."""
        self._end("revokeInstallation", by=SYSTEM, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.app_id]

    def _end(self, action: str, *, by: Actor, at: datetime) -> None:
        self.move_to(action, by=by, at=at)
        self.revoked_at = at
        self.record("app.uninstalled", by=by, at=at)


def install(app: App, permissions: Iterable[AppPermission], *, by: Actor, at: datetime) -> AppInstallation:
    """The caller's organization lets the app in."""
    granted = _grantable(app, permissions)
    installation = AppInstallation(
        id=new_id(),
        app_id=app.id,
        organization_id=by.require_organization(),
        granted_permissions=granted,
        installed_by_id=by.user_id,
    )
    installation.born(_S.ACTIVE, action="installApp", by=by, at=at)
    installation.record("app.installed", by=by, at=at, data=_named(granted))
    return installation


def _grantable(app: App, permissions: Iterable[AppPermission]) -> list[AppPermission]:
    wanted = in_order(permissions)
    if beyond := [one.value for one in wanted if one not in app.permissions]:
        raise invalid(f"The app does not ask for {', '.join(beyond)}.", "permissions")
    return wanted


def _named(permissions: Iterable[AppPermission]) -> dict[str, list[str]]:
    return {"permissions": [one.value for one in permissions]}
