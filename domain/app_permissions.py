"""What apps may be granted, and which members may let an app do it for them."""

from collections.abc import Iterable
from enum import Enum

from domain.permissions import Role


class AppPermission(Enum):
    """A right of an app in an organization that has installed it."""

    PROFILE_READ = "profile:read"
    CREDITS_READ = "credits:read"
    CREDITS_PURCHASE = "credits:purchase"
    CREDITS_CONSUME = "credits:consume"
    SUBSCRIPTIONS_MANAGE = "subscriptions:manage"
    ENTITLEMENTS_READ = "entitlements:read"
    USAGE_WRITE = "usage:write"
    ANALYTICS_READ = "analytics:read"


_P = AppPermission
_READ = {_P.PROFILE_READ, _P.CREDITS_READ, _P.ENTITLEMENTS_READ, _P.ANALYTICS_READ}
_SPEND = _READ | {_P.CREDITS_CONSUME}
_PAY = _SPEND | {_P.CREDITS_PURCHASE, _P.SUBSCRIPTIONS_MANAGE}
_RUN = frozenset(_PAY | {_P.USAGE_WRITE})

OF_ROLE: dict[Role, frozenset[AppPermission]] = {
    Role.OWNER: _RUN,
    Role.ADMIN: _RUN,
    Role.FINANCE: frozenset(_PAY),
    Role.MEMBER: frozenset(_SPEND),
    Role.VIEWER: frozenset(_READ),
}
"""What a member could do themselves, and an app therefore with them: what an app does never exceeds it."""


def in_order(permissions: Iterable[AppPermission]) -> list[AppPermission]:
    """Each once, in the order of their declaration."""
    given = set(permissions)
    return [one for one in AppPermission if one in given]
