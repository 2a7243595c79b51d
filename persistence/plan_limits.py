"""Milepost's own limits as verbs keep them: the one check that lets a verb through, in the verb's own transaction."""

from uuid import UUID

from domain.entitlements import Entitlement
from domain.features import FeatureKind
from domain.plan_limits import LIMITED, no_room_elsewhere
from domain.quotas import limit_reached, not_entitled, window_of
from domain.refusals import Refused
from persistence import entitlements, plan_usage, quotas
from persistence.turns import take_turn
from persistence.unit import Unit


async def admit(db: Unit, verb: str, *organization_ids: UUID) -> None:
    """Lets a verb through that has done its work, or refuses all of it: NOT_ENTITLED, or LIMIT_REACHED where what there
    is by now is too much. Last in a verb, because whoever else wants the same room waits from here to the commit.

    Of two sides that are both at their limit the caller's own is named; of the other's nothing is told but that it is.
    """
    refused = dict[UUID, Refused]()
    for organization_id in sorted(set(organization_ids)):
        try:
            await _admit(db, LIMITED[verb], organization_id)
        except Refused as refusal:
            refused[organization_id] = refusal
    own = [refusal for organization_id, refusal in refused.items() if db.by.acts_for(organization_id)]
    if refused:
        raise own[0] if own else no_room_elsewhere(next(iter(refused.values())))


async def _admit(db: Unit, code: str, organization_id: UUID) -> None:
    entitlement = await entitlements.of_feature(db, organization_id, code)
    if entitlement.feature.kind is FeatureKind.LIMIT:
        await _find_room(db, organization_id, entitlement)
    elif not entitlement.feature.at(db.at, db.by.user_id).is_active:
        raise await _off(db, entitlement)


async def _find_room(db: Unit, organization_id: UUID, entitlement: Entitlement) -> None:
    """Counts what there is or, of what is limited by the month, uses one of it."""
    code = entitlement.feature.code
    if not entitlement.is_active:
        raise await _off(db, entitlement)
    if code not in plan_usage.COUNTS:
        await quotas.use(db, organization_id, entitlement, 1, path=())
    elif entitlement.limit is not None:
        await take_turn(db, "plan limit", code, str(organization_id))
        before = await plan_usage.count(db, organization_id, code) - 1
        if before >= entitlement.limit:
            plan = await quotas.plan_that_admits(db, entitlement.feature.feature_id, None, before + 1)
            raise limit_reached(entitlement, before, 1, window_of(entitlement, db.at), plan, path=())


async def _off(db: Unit, entitlement: Entitlement) -> Refused:
    plan = await quotas.plan_that_admits(db, entitlement.feature.feature_id, None, 1)
    return not_entitled(entitlement.feature.code, plan, path=())
