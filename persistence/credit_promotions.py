"""Queries of promotions: who sees codes and their uses, finding one, and what a new one must not meet."""

from uuid import UUID

from sqlalchemy import exists, false, func, select, true

from domain.actors import Actor
from domain.credit_promotions import CreditPromotion
from domain.permissions import Permission
from domain.promotion_drafts import normal
from domain.promotion_redemptions import PromotionRedemption
from domain.refusals import conflict, not_found
from persistence.tables.credit_sales import credit_packages, credit_promotions, promotion_redemptions
from persistence.tables.identity import organizations
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Staff keep codes; whoever has used one knows it from its redemption."""
    return true() if viewer.may(Permission.STAFF_CATALOGUE) or viewer.may(Permission.STAFF_CREDITS) else false()


def redemptions_visible_to(viewer: Actor) -> Condition:
    """An organization's own, for those who read its credits; all of them for staff."""
    if viewer.may(Permission.STAFF_CREDITS) or viewer.may(Permission.STAFF_CATALOGUE):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.CREDITS_READ):
        return false()
    return promotion_redemptions.c.organization_id == viewer.organization_id


CREDIT_PROMOTIONS = Source(CreditPromotion, credit_promotions, visible_to)
PROMOTION_REDEMPTIONS = Source(PromotionRedemption, promotion_redemptions, redemptions_visible_to)

PROMOTION = One(CREDIT_PROMOTIONS, "promotion_id")
REDEMPTION = One(PROMOTION_REDEMPTIONS, "id", "purchase_id")
_ORDERS = {"CREATED_AT": promotion_redemptions.c.created_at}
REDEMPTIONS = Connection(
    PROMOTION_REDEMPTIONS, orders=_ORDERS, default_order=(("CREATED_AT", True),), column="promotion_id"
)
LIST = Connection(
    CREDIT_PROMOTIONS,
    orders={"CREATED_AT": credit_promotions.c.created_at, "ENDS_AT": credit_promotions.c.ends_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: credit_promotions.c.status.in_(values),
        "kind": lambda values: credit_promotions.c.kind.in_(values),
        "code": lambda code: credit_promotions.c.code == normal(code),
    },
)


async def by_code(db: Unit, code: str) -> CreditPromotion:
    statement = select(CreditPromotion).where(credit_promotions.c.code == normal(code))
    return await db.require(statement, "code", "code")


async def for_change(db: Unit, promotion_id: UUID, expected_version: int | None = None) -> CreditPromotion:
    statement = select(CreditPromotion).where(credit_promotions.c.id == promotion_id).with_for_update()
    promotion = await db.require(statement, "promotion", "promotionId")
    promotion.require_version(expected_version)
    return promotion


async def require_new(db: Unit, code: str) -> None:
    """Refuses CONFLICT for a code that is known already; who writes it at the same time waits for the outcome."""
    await take_turn(db, "promotion code", normal(code))
    taken = exists().where(credit_promotions.c.code == normal(code))
    if (await db.session.execute(select(taken))).scalar_one():
        raise conflict("Another promotion has this code; codes are never used twice.", "code")


async def require_known(db: Unit, promotion: CreditPromotion) -> None:
    """Refuses NOT_FOUND where it names a package or an organization that does not exist."""
    named = select(func.count()).where(credit_packages.c.id.in_(promotion.package_ids)).scalar_subquery()
    meant = select(func.count()).where(organizations.c.id.in_(promotion.audience_organization_ids)).scalar_subquery()
    packages, audience = (await db.session.execute(select(named, meant))).one()
    if packages < len(promotion.package_ids):
        raise not_found("package among these", "packageIds")
    if audience < len(promotion.audience_organization_ids):
        raise not_found("organization among these", "audience", "organizationIds")
