"""Queries of promotions of features: who sees them, and the lock of ending one."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor
from domain.feature_promotions import FeaturePromotion
from domain.permissions import Permission
from persistence.entitlement_grants import code_of_feature
from persistence.tables.entitlements import feature_promotions
from persistence.tables.identity import organizations
from persistence.unit import Unit
from planner.edges import Condition, Connection, Derived, Source

_promotions = feature_promotions.c


def visible_to(viewer: Actor) -> Condition:
    """They name organizations: staff see all of them, an app's developers those of its features."""
    if viewer.may(Permission.STAFF_READ) or viewer.may(Permission.STAFF_GRANTS):
        return true()
    if viewer.may(Permission.APPS_DEVELOP):
        return _promotions.owner_organization_id == viewer.organization_id
    return false()


PROMOTIONS = Source(FeaturePromotion, feature_promotions, visible_to)
FEATURE_CODE = Derived(feature_promotions, code_of_feature)

LIST = Connection(
    PROMOTIONS,
    orders={"CREATED_AT": _promotions.created_at, "STARTS_AT": _promotions.starts_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "app_id": lambda id_: _promotions.app_id == id_,
        "feature_id": lambda id_: _promotions.feature_id == id_,
        "starts_from": lambda instant: _promotions.starts_at >= instant,
        "starts_before": lambda instant: _promotions.starts_at < instant,
    },
)


async def known_among(db: Unit, organization_ids: Collection[UUID]) -> set[UUID]:
    """Those of the organizations that there are."""
    if not organization_ids:
        return set()
    return set(await db.session.scalars(select(organizations.c.id).where(organizations.c.id.in_(organization_ids))))


async def for_ending(db: Unit, promotion_id: UUID) -> FeaturePromotion:
    """A visible promotion, locked until the transaction ends."""
    found = select(FeaturePromotion).where(_promotions.id == promotion_id, visible_to(db.by)).with_for_update()
    return await db.require(found, "promotion", "promotionId")
