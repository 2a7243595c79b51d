"""Guards of reads: who may ask at all. What they then see is decided row by row by visibility."""

from domain.actors import ActorKind
from domain.permissions import Permission
from resolvers.context import Context


class NotSignedIn(Exception):
    """There are no valid credentials: a fault of the protocol, not a refusal."""


class NotAllowed(Exception):
    """The caller lacks a permission that a field of a query needs."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"This field needs the permission {permission.value} in your active organization.")


def require_signed_in(context: Context) -> None:
    if context.viewer.kind is ActorKind.ANONYMOUS:
        raise NotSignedIn


def require_permission(context: Context, permission: Permission) -> None:
    require_signed_in(context)
    if not context.viewer.may(permission):
        raise NotAllowed(permission)
