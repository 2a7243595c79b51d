"""Whether somebody may do something, and what decides it: the same rules by which every request is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from domain.organizations import OrganizationStatus
from domain.permission_overrides import Explicit, OverrideEffect, decided
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role, StaffRole
from domain.users import UserStatus


class DecisionReason(Enum):
    """What decides about a permission."""

    ALLOWED = "ALLOWED"
    NO_MEMBERSHIP = "NO_MEMBERSHIP"
    ROLE_LACKS_PERMISSION = "ROLE_LACKS_PERMISSION"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    KEY_LACKS_SCOPE = "KEY_LACKS_SCOPE"
    APP_NOT_ACTIVE = "APP_NOT_ACTIVE"
    ORGANIZATION_SUSPENDED = "ORGANIZATION_SUSPENDED"
    TWO_FACTOR_REQUIRED = "TWO_FACTOR_REQUIRED"
    EMAIL_NOT_VERIFIED = "EMAIL_NOT_VERIFIED"
    USER_NOT_ACTIVE = "USER_NOT_ACTIVE"


_R = DecisionReason


@dataclass(frozen=True, slots=True)
class PermissionDecision:
    """The answer, and the rule in words."""

    reason: DecisionReason
    rule: str

    @property
    def allowed(self) -> bool:
        return self.reason is _R.ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that decides about a member of an organization at one moment."""

    user_status: UserStatus
    has_second_factor: bool
    role: Role | None
    staff_role: StaffRole | None
    organization_status: OrganizationStatus
    requires_second_factor: bool
    overrides: Sequence[Explicit]

    @property
    def held(self) -> frozenset[Permission]:
        """By role."""
        return held_by(self.role, self.staff_role)


def held_by(role: Role | None, staff_role: StaffRole | None) -> frozenset[Permission]:
    if staff_role is not None:
        return BY_STAFF_ROLE[staff_role]
    return BY_ROLE[role] if role is not None else frozenset()


def left_to(status: OrganizationStatus, held: frozenset[Permission]) -> frozenset[Permission]:
    """What is left of permissions: a suspended organization reads and pays what it owes, a closed one reads."""
    if status is OrganizationStatus.ACTIVE:
        return held
    pays = status is OrganizationStatus.SUSPENDED
    return frozenset(one for one in held if one.value.endswith(":read") or (pays and one is Permission.MONEY_MOVE))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStanding:
    """All that decides about an API key of an organization at one moment."""

    scopes: frozenset[str]
    works: bool
    """Neither revoked nor expired."""
    is_app_active: bool
    """Of a key with which a partner's app calls; others have none that could be inactive."""
    organization_status: OrganizationStatus


def decide_for_key(key: KeyStanding | None, permission: Permission) -> PermissionDecision:
    """A key has its scopes, as far as its organization may do that."""
    if key is None:
        return PermissionDecision(_R.NO_MEMBERSHIP, "It is no key of the organization.")
    if not key.is_app_active:
        return PermissionDecision(_R.APP_NOT_ACTIVE, "The app that calls with it is not active.")
    if not key.works:
        return PermissionDecision(_R.KEY_LACKS_SCOPE, "The key was revoked or has expired.")
    if permission.value not in key.scopes:
        return PermissionDecision(_R.KEY_LACKS_SCOPE, f"The key was not given {permission.value}.")
    suspension = _suspension(key.organization_status, permission)
    return suspension or PermissionDecision(_R.ALLOWED, f"The key was given {permission.value}.")


def decide(who: Standing | None, permission: Permission) -> PermissionDecision:
    """First what the member holds at all, then what keeps them from using it for the moment."""
    if who is None:
        return PermissionDecision(_R.NO_MEMBERSHIP, "They are no active member of the organization.")
    if (OverrideEffect.DENY, permission) in who.overrides:
        return PermissionDecision(_R.EXPLICIT_DENY, f"An override denies them {permission.value}.")
    name = next(role.name for role in (who.role, who.staff_role) if role is not None)
    may = decided(who.held, who.overrides)
    if permission not in may:
        return PermissionDecision(_R.ROLE_LACKS_PERMISSION, f"The role {name} does not have {permission.value}.")
    hindrance = _hindrance(who, permission)
    if hindrance is not None:
        return hindrance
    source = f"The role {name} has" if permission in who.held else "An override allows them"
    return PermissionDecision(_R.ALLOWED, f"{source} {permission.value}.")


def _hindrance(who: Standing, permission: Permission) -> PermissionDecision | None:
    if who.user_status is UserStatus.PENDING_VERIFICATION:
        return PermissionDecision(_R.EMAIL_NOT_VERIFIED, "Before they have verified their address they may do nothing.")
    if who.user_status is not UserStatus.ACTIVE:
        return PermissionDecision(_R.USER_NOT_ACTIVE, f"Their account is {who.user_status.name}.")
    if suspension := _suspension(who.organization_status, permission):
        return suspension
    if who.requires_second_factor and not who.has_second_factor:
        return PermissionDecision(_R.TWO_FACTOR_REQUIRED, "The organization requires a second factor; they have none.")
    return None


def _suspension(status: OrganizationStatus, permission: Permission) -> PermissionDecision | None:
    if left_to(status, frozenset({permission})):
        return None
    left = "reading" if status is OrganizationStatus.CLOSED else "reading and paying what it owes"
    return PermissionDecision(_R.ORGANIZATION_SUSPENDED, f"The organization is {status.name}, which leaves {left}.")
