"""What organizations may use: whose entitlements somebody may read, and what they are now."""

from uuid import UUID

from domain.actors import ActorKind
from domain.app_permissions import AppPermission
from domain.permissions import Permission
from domain.quotas import CheckedEntitlement, Quota
from domain.refusals import forbidden, invalid, not_found
from persistence import app_reach, quotas
from persistence.unit import Unit
from resolvers.app_reach import organization_of
from resolvers.context import Context
from resolvers.guards import OrApp
from resolvers.mutations import Changed

READERS = OrApp((Permission.ENTITLEMENTS_READ, Permission.STAFF_READ), AppPermission.ENTITLEMENTS_READ)
QUOTA_READERS = OrApp((Permission.BILLING_READ, Permission.STAFF_READ), AppPermission.ENTITLEMENTS_READ)
CONSUMERS = OrApp((Permission.USAGE_WRITE,), AppPermission.USAGE_WRITE)


async def check(
    context: Context, code: str, organization_id: UUID | None, app_id: UUID | None, user_id: UUID | None = None
) -> CheckedEntitlement:
    """What an organization has of one feature at this moment."""
    viewer, platform = context.viewer, context.platform
    if viewer.kind is ActorKind.APP or organization_id is None or organization_id != viewer.organization_id:
        organization_id, app_id = await _whose(context, organization_id, app_id)
    return await platform.entitlements.check(organization_id, app_id, code, platform.now(), user_id)


async def of_catalogue(
    context: Context, organization_id: UUID | None, app_id: UUID | None, user_id: UUID | None = None
) -> list[CheckedEntitlement]:
    """What an organization has of every feature of a catalogue at this moment."""
    organization_id, app_id = await _whose(context, organization_id, app_id)
    platform = context.platform
    return await platform.entitlements.all(organization_id, app_id, platform.now(), user_id)


async def quota(context: Context, code: str, organization_id: UUID | None, app_id: UUID | None) -> Quota:
    """How much of a limit an organization has used."""
    checked = await check(context, code, organization_id, app_id)
    if checked.quota is None:
        raise invalid(f"{code} is no LIMIT: nothing of it is counted.", "featureCode")
    return checked.quota


async def consume_quota(
    db: Unit, *, feature_code: str, amount: int, organization_id: UUID | None = None, app_id: UUID | None = None
) -> Changed:
    whose = await organization_of(db, organization_id, AppPermission.USAGE_WRITE)
    catalogue = _catalogue(db.by.app_id, app_id) if db.by.kind is ActorKind.APP else app_id
    return Changed(quota=await quotas.consume(db, whose, feature_code, amount, catalogue))


async def _whose(context: Context, organization_id: UUID | None, app_id: UUID | None) -> tuple[UUID, UUID | None]:
    """One's own organization; for staff any; for an app those that have let it in, and its own catalogue alone."""
    viewer = context.viewer
    if viewer.kind is not ActorKind.APP:
        whose = organization_id or viewer.require_organization()
        if not (viewer.acts_for(whose) or viewer.may(Permission.STAFF_READ)):
            raise not_found("organization", "organizationId")
        return whose, app_id
    if organization_id is None:
        raise invalid("An app says whose entitlements it asks for.", "organizationId")
    async with context.platform.database.reader() as session:
        granted = AppPermission.ENTITLEMENTS_READ
        if not await app_reach.may_ask(session, viewer, organization_id, granted):
            raise forbidden(
                f"This needs {granted.value} in that organization: it has not installed your app with that, or does"
                " not exist.",
                "organizationId",
            )
    return organization_id, _catalogue(viewer.app_id, app_id)


def _catalogue(own: UUID | None, asked: UUID | None) -> UUID | None:
    if asked not in (None, own):
        raise forbidden("An app deals with its own catalogue only.", "appId")
    return own
