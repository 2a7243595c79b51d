"""For whom a mutation acts that apps can make as well: one's own organization, or one that has let the app in."""

from uuid import UUID

from domain.actors import ActorKind
from domain.app_permissions import AppPermission
from domain.refusals import forbidden, invalid, not_found
from persistence import app_reach
from persistence.parking import require_none_parked
from persistence.unit import Unit

MOVES_VALUE = frozenset({AppPermission.CREDITS_CONSUME, AppPermission.CREDITS_PURCHASE})


async def organization_of(db: Unit, organization_id: UUID | None, granted: AppPermission) -> UUID:
    """The organization that the caller acts for. Call it first of all; the rule of the mutation is an `OrApp`.

    People and keys act for their active organization, which they may name (NOT_FOUND for any other). An app names the
    one, and is refused FORBIDDEN unless that has installed it with the permission, whether it exists or not; and
    WRONG_STATE what would move value while that organization is parked.
    """
    if db.by.kind is not ActorKind.APP:
        mine = db.by.require_organization()
        if organization_id not in (None, mine):
            raise not_found("organization", "organizationId")
        return mine
    if organization_id is None:
        raise invalid("An app says for which organization it asks.", "organizationId")
    if not await app_reach.may(db, organization_id, granted):
        raise forbidden(
            f"This needs {granted.value} in that organization: it has not installed your app with that, may not use"
            " it now, or does not exist.",
            "organizationId",
        )
    if granted in MOVES_VALUE:
        await require_none_parked(db, organization_id)
    return organization_id
