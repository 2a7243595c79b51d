"""The audit log: its list, and whether a chain of it is as it was written."""

from uuid import UUID

from domain.audit_chains import AuditVerification
from domain.permissions import Permission
from persistence import audit_entries
from resolvers.context import Context

READERS = (Permission.AUDIT_READ, Permission.STAFF_AUDIT)

LIST, ACTOR, IMPERSONATOR = audit_entries.LIST, audit_entries.ACTOR, audit_entries.IMPERSONATOR
ORGANIZATION = audit_entries.ORGANIZATION


async def verify_chain(context: Context, chain_id: UUID | None) -> AuditVerification | None:
    """Of the active organization, unless staff name another one; None where there is none that the viewer may see."""
    viewer, platform = context.viewer, context.platform
    chosen = chain_id or viewer.organization_id
    if chosen is None or (chosen != viewer.organization_id and not viewer.may(Permission.STAFF_AUDIT)):
        return None
    async with platform.recomputing:
        return await audit_entries.verify(platform.database, chosen, platform.now())
