"""Overrides: a permission that one member has, or lacks, whatever their role says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.memberships import Membership
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import forbidden
from domain.states import Versioned


class OverrideEffect(Enum):
    """What an override does."""

    ALLOW = "ALLOW"
    DENY = "DENY"


OVERRIDABLE = frozenset(
    one for one in Permission if one is not Permission.ORG_CLOSE and not one.value.startswith("staff:")
)
"""Closing an organization is its owners' alone, and what staff may do is a matter of their role."""

Explicit = tuple[OverrideEffect, Permission]


def decided(held: frozenset[Permission], overrides: Iterable[Explicit]) -> frozenset[Permission]:
    """What somebody may: an explicit DENY counts first, then an explicit ALLOW, then what the role holds."""
    explicit = tuple(overrides)
    allowed = {permission for effect, permission in explicit if effect is OverrideEffect.ALLOW}
    denied = {permission for effect, permission in explicit if effect is OverrideEffect.DENY}
    return (held | allowed) - denied


@dataclass(eq=False, kw_only=True)
class PermissionOverride(Recorder, Versioned):
    """One per member and permission. It lapses by itself at `expires_at`, in real time as sessions do."""

    SUBJECT: ClassVar[str] = "permission_override"

    id: UUID
    membership_id: UUID
    organization_id: UUID
    user_id: UUID
    permission: Permission
    effect: OverrideEffect = field(init=False)
    reason: str = field(init=False)
    expires_at: datetime | None = field(init=False)
    set_by: UUID | None = field(init=False)

    def set(
        self, effect: OverrideEffect, reason: str | None, expires_at: datetime | None, *, by: Actor, at: datetime
    ) -> None:
        """Says what holds from the member's next request on; they are told by mail."""
        self.effect, self.reason = effect, said(reason, required=True)
        self.expires_at, self.set_by = expires_at, by.user_id
        until = expires_at.isoformat() if expires_at else None
        data = {"permission": self.permission.value, "effect": effect.value, "expiresAt": until}
        self.record("member.override_set", by=by, at=at, data=data)

    def lift(self, *, by: Actor, at: datetime) -> None:
        """The role alone decides again; whoever calls this deletes it."""
        self.record("member.override_lifted", by=by, at=at, data={"permission": self.permission.value})

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.membership_id, self.user_id]


def permission_named(name: str, *path: str) -> Permission:
    """The permission of that code, for example work:write; refuses INVALID for any other text."""
    checks = Checks()
    checks.require(name in _NAMED, "Give a permission such as work:write; permissionMatrix names all.", *path)
    checks.refuse()
    return _NAMED[name]


_NAMED = {one.value: one for one in Permission}


def check_override(
    membership: Membership,
    permission: Permission,
    effect: OverrideEffect | None,
    expires_at: datetime | None,
    *,
    by: Actor,
    real: datetime,
) -> None:
    """Refuses what nobody may override, of whom the caller may not, and to give others what the caller lacks."""
    membership.check("setPermissionOverride", by=by)
    checks = Checks()
    if checks.require(permission in OVERRIDABLE, "This permission depends on the role alone.", "permission"):
        is_ahead = expires_at is None or expires_at > real
        checks.require(is_ahead, "Give an instant in the future, of real time.", "expiresAt")
    checks.refuse()
    if effect is OverrideEffect.ALLOW and not by.may(permission):
        raise forbidden("You may allow others only what you may do yourself.", "permission")


def override_of(membership: Membership, permission: Permission) -> PermissionOverride:
    """A new one, to be set."""
    return PermissionOverride(
        id=new_id(),
        membership_id=membership.id,
        organization_id=membership.organization_id,
        user_id=membership.user_id,
        permission=permission,
    )
