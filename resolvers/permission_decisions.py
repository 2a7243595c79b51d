"""Asking whether somebody may do something, without trying it."""

from uuid import UUID

from domain.permission_decisions import PermissionDecision, decide, decide_for_key
from domain.permission_overrides import permission_named
from domain.permissions import Permission
from persistence import permission_decisions as decisions
from resolvers.context import Context

ASKERS = (Permission.MEMBERS_MANAGE, Permission.STAFF_READ)


async def simulate(
    context: Context, subject_type: str, subject_id: UUID, permission: str, organization_id: UUID | None
) -> PermissionDecision | None:
    """About a person or a key in the active organization; staff ask about any. None for organizations of others.

    Whoever does not belong to it has NO_MEMBERSHIP, be they unknown or strangers: nothing tells them apart.
    """
    named = permission_named(permission, "permission")
    asked = organization_id or context.viewer.organization_id
    if asked is None or not (context.viewer.acts_for(asked) or context.viewer.may(Permission.STAFF_READ)):
        return None
    async with context.platform.database.reader() as session:
        if subject_type == "ApiKey":
            return decide_for_key(await decisions.standing_of_key(session, subject_id, asked), named)
        user_id: UUID | None = subject_id
        if subject_type == "Membership":
            user_id = await decisions.member_behind(session, subject_id)
        standing = None if user_id is None else await decisions.standing_of(session, user_id, asked)
    return decide(standing, named)
