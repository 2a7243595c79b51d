"""Guards of reads: who may ask at all. What they then see is decided row by row by visibility."""

from dataclasses import dataclass
from enum import Enum

from domain.actors import SECOND_FACTOR_FIRST, ActorKind
from domain.app_permissions import AppPermission
from domain.impersonations import WRITABLE
from domain.permissions import Permission
from domain.refusals import forbidden
from resolvers.context import Context


class Needs(Enum):
    """Rules for what needs no permission of an organization."""

    ANYONE = "anyone"
    SIGNED_IN = "a person who is signed in, verified or not"
    PERSON = "a person who is signed in and whose e-mail address is verified"
    VERIFIED = "an API key, or a person whose e-mail address is verified"
    APP = "an app, with a key of its own"


OF_PEOPLE = (Needs.SIGNED_IN, Needs.PERSON)
"""What no key can do: it is about somebody's own account, or wants a second person."""


@dataclass(frozen=True, slots=True)
class OrApp:
    """Whoever holds one of the permissions; and apps. In which organizations an app may, `resolvers.app_reach` says."""

    permissions: tuple[Permission, ...]
    granted: AppPermission


Rule = Permission | tuple[Permission, ...] | OrApp | Needs
"""Who may ask: whoever holds the permission, or any one of several, or an app as well, or what needs none."""


def permissions_of(rule: Permission | tuple[Permission, ...] | OrApp) -> tuple[Permission, ...]:
    """The permissions of which any one will do."""
    if isinstance(rule, OrApp):
        return rule.permissions
    return rule if isinstance(rule, tuple) else (rule,)


def who_may(rule: Rule) -> str:
    """The rule in words."""
    if isinstance(rule, Needs):
        return rule.value
    named = " or ".join(one.value for one in permissions_of(rule))
    return f"{named}, or an app that may {rule.granted.value} there" if isinstance(rule, OrApp) else named


def is_writable_as_another(needs: Rule, *, is_own: bool) -> bool:
    """Whether staff who act as somebody else may do it, with READ_WRITE. `is_own`: it moves money, seals an agreement,
    or deals in what somebody shows to be who they are."""
    return not is_own and not isinstance(needs, Needs) and WRITABLE.issuperset(permissions_of(needs))


class NotSignedIn(Exception):
    """There are no valid credentials: a fault of the protocol, not a refusal."""


VERIFY_FIRST = "Verify your e-mail address first, with verifyEmail and the token in your mail."


class NotVerified(Exception):
    """The caller has not verified their e-mail address yet."""

    def __init__(self) -> None:
        super().__init__(VERIFY_FIRST)


class SecondFactorWanted(Exception):
    """The active organization requires a second factor, and this session was opened without."""

    def __init__(self) -> None:
        super().__init__(SECOND_FACTOR_FIRST)


class NotAllowed(Exception):
    """The caller lacks every permission that would open a field of a query."""

    def __init__(self, *permissions: Permission) -> None:
        named = " or ".join(permission.value for permission in permissions)
        super().__init__(f"This field needs the permission {named} in your active organization.")


def require_signed_in(context: Context) -> None:
    """With a session or a key."""
    if context.viewer.kind is ActorKind.ANONYMOUS:
        raise NotSignedIn
    if context.viewer.is_outside:
        raise forbidden(f"This key may not be used from {context.ip}: that is outside its allowedIps.", "allowedIps")


def require_verified(context: Context) -> None:
    """Whoever has not verified their address sees who they are (viewer) and nothing else."""
    require_signed_in(context)
    if not context.viewer.is_verified:
        raise NotVerified


def require_app(context: Context) -> None:
    require_signed_in(context)
    if context.viewer.kind is not ActorKind.APP:
        raise forbidden("This is for apps: send a key of one, made with createAppKey.", "app")


def require(context: Context, needs: Rule) -> None:
    """Of several permissions any one will do."""
    if isinstance(needs, OrApp) and context.viewer.kind is ActorKind.APP:
        require_verified(context)
    elif not isinstance(needs, Needs):
        require_permission(context, *permissions_of(needs))
    elif needs in (Needs.VERIFIED, Needs.PERSON):
        require_verified(context)
    elif needs is Needs.SIGNED_IN:
        require_signed_in(context)
    elif needs is Needs.APP:
        require_app(context)
    if needs in OF_PEOPLE:
        context.viewer.require_person()


def require_permission(context: Context, *permissions: Permission) -> None:
    require_verified(context)
    if context.viewer.lacks_second_factor:
        raise SecondFactorWanted
    if not any(context.viewer.may(permission) for permission in permissions):
        context.denied.update(permission.value for permission in permissions)
        raise NotAllowed(*permissions)
