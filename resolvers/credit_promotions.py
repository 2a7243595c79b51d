"""Promotions: writing codes, letting them count and ending them, and redeeming one without a purchase."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import promotion_drafts
from domain.credit_lots import LotSource
from domain.promotion_drafts import PromotionTerms
from domain.promotion_redemptions import reserved
from persistence import credit_accounts, credit_promotions, promotion_uses
from persistence.credit_lots import open_lot
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, REDEMPTIONS = credit_promotions.LIST, credit_promotions.REDEMPTIONS
PROMOTION, REDEMPTION = credit_promotions.PROMOTION, credit_promotions.REDEMPTION


async def create_promotion(db: Unit, **terms: Any) -> Changed:
    promotion = promotion_drafts.create(PromotionTerms(**terms), by=db.by, at=db.at)
    await credit_promotions.require_new(db, promotion.code)
    await credit_promotions.require_known(db, promotion)
    db.add(promotion)
    return Changed(promotion=promotion)


async def update_promotion(
    db: Unit, *, promotion_id: UUID, expected_version: int | None = None, **fields: Any
) -> Changed:
    promotion = await credit_promotions.for_change(db, promotion_id, expected_version)
    given = {name: value for name, value in fields.items() if value is not None or name == "max_uses"}
    promotion_drafts.update(promotion, given, by=db.by, at=db.at)
    await credit_promotions.require_known(db, promotion)
    return Changed(promotion=promotion)


async def activate_promotion(db: Unit, *, promotion_id: UUID) -> Changed:
    promotion = await credit_promotions.for_change(db, promotion_id)
    promotion.activate(by=db.by, at=db.at)
    return Changed(promotion=promotion)


async def pause_promotion(db: Unit, *, promotion_id: UUID) -> Changed:
    promotion = await credit_promotions.for_change(db, promotion_id)
    promotion.pause(by=db.by, at=db.at)
    return Changed(promotion=promotion)


async def end_promotion(db: Unit, *, promotion_id: UUID) -> Changed:
    promotion = await credit_promotions.for_change(db, promotion_id)
    promotion.end(by=db.by, at=db.at)
    return Changed(promotion=promotion)


async def redeem_promotion(db: Unit, *, code: str) -> Changed:
    account = await credit_accounts.locked(db, db.by.require_organization())
    account.check("redeemPromotion", by=db.by)
    promotion = await promotion_uses.for_redemption(db, account.organization_id, code)
    await promotion_uses.take(db, promotion, account.organization_id)
    use = reserved(promotion, account.organization_id, by=db.by, at=db.at)
    use.apply(by=db.by, at=db.at)
    db.add(use)
    lot = await open_lot(
        db,
        account,
        source=LotSource.PROMOTION,
        source_id=use.id,
        quantity=promotion.credits,
        expires_at=db.at + timedelta(days=promotion.credit_validity_days),
    )
    return Changed(redemption=use, lot=lot)
