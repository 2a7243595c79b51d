"""Using codes: whether one counts for a purchase, taking a use of it, giving it back, and how often one may guess.

Uses of an organization are counted under the lock of its credit account, which whoever takes one holds; those of a
code by one conditional update of its row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, or_, select, update

from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import NEVER_PAID
from domain.ids import new_id
from domain.money import Money
from domain.promotion_redemptions import (
    COUNTED,
    FAILED_CODES_PER_HOUR,
    FAILURES_COUNT_FOR,
    Buyer,
    CodeRefused,
    PromotionRedemption,
    require_fit,
    require_redeemable,
    used_by_organization,
    used_up,
)
from domain.refusals import Refused, rate_limited
from persistence.credit_promotions import by_code
from persistence.tables.credit_sales import (
    credit_promotions,
    credit_purchases,
    failed_promotion_codes,
    promotion_redemptions,
)
from persistence.tables.identity import organizations
from persistence.unit import Unit


async def for_purchase(
    db: Unit, organization_id: UUID, code: str, *, package_id: UUID | None, price: Money
) -> CreditPromotion:
    """The promotion behind a code that counts for a purchase now; refuses with what is wrong with it."""
    await _require_pace(db, organization_id)
    with _counted(organization_id):
        promotion = await by_code(db, code)
        buyer = await _buyer(db, organization_id)
        require_fit(promotion, buyer, package_id=package_id, price=price, at=db.at)
        await _require_left(db, promotion, organization_id)
    return promotion


async def for_redemption(db: Unit, organization_id: UUID, code: str) -> CreditPromotion:
    """The same for a code that is redeemed by itself."""
    await _require_pace(db, organization_id)
    with _counted(organization_id):
        promotion = await by_code(db, code)
        require_redeemable(promotion, await _buyer(db, organization_id), at=db.at)
        await _require_left(db, promotion, organization_id)
    return promotion


async def take(db: Unit, promotion: CreditPromotion, organization_id: UUID) -> None:
    """Takes a use, under the lock of the organization's credit account; LIMIT_REACHED when another took the last."""
    promotions = credit_promotions.c
    is_left = or_(promotions.max_uses.is_(None), promotions.uses < promotions.max_uses)
    taking = update(credit_promotions).where(promotions.id == promotion.id, is_left).values(uses=promotions.uses + 1)
    if (await db.session.execute(taking.returning(promotions.id))).first() is None:
        raise CodeRefused(used_up(promotion), organization_id)


async def of_purchase(db: Unit, purchase_id: UUID) -> PromotionRedemption | None:
    """The use that a locked purchase has taken, with its promotion's row locked before it."""
    promotion_id = select(promotion_redemptions.c.promotion_id).where(
        promotion_redemptions.c.purchase_id == purchase_id
    )
    await db.session.execute(
        select(credit_promotions.c.id).where(credit_promotions.c.id.in_(promotion_id)).with_for_update()
    )
    statement = select(PromotionRedemption).where(promotion_redemptions.c.purchase_id == purchase_id)
    return (await db.session.scalars(statement.with_for_update())).one_or_none()


async def give_back(db: Unit, redemption: PromotionRedemption) -> None:
    """The purchase came to nothing: its use can be taken again."""
    redemption.release(at=db.at)
    giving = update(credit_promotions).where(credit_promotions.c.id == redemption.promotion_id)
    await db.session.execute(giving.values(uses=credit_promotions.c.uses - 1))


async def count_failure(db: Unit, organization_id: UUID) -> None:
    """Writes down that a code came to nothing, in a transaction of its own: that of the attempt is gone."""
    failures = failed_promotion_codes.c
    over = (failures.organization_id == organization_id, failures.at <= db.at - FAILURES_COUNT_FOR)
    await db.session.execute(delete(failed_promotion_codes).where(*over))
    row = {"id": new_id(), "organization_id": organization_id, "at": db.at}
    await db.session.execute(insert(failed_promotion_codes), row)


async def _require_pace(db: Unit, organization_id: UUID) -> None:
    """RATE_LIMITED when so many codes came to nothing within an hour that somebody may be guessing."""
    failures = failed_promotion_codes.c
    of_hour = (failures.organization_id == organization_id, failures.at > db.at - FAILURES_COUNT_FOR)
    statement = select(failures.at).where(*of_hour).order_by(failures.at.desc())
    tenth = await db.session.scalar(statement.offset(FAILED_CODES_PER_HOUR - 1).limit(1))
    if tenth is not None:
        raise rate_limited("Too many codes came to nothing. Try again", tenth + FAILURES_COUNT_FOR - db.at)


@contextmanager
def _counted(organization_id: UUID) -> Iterator[None]:
    """What is refused here came of the code, and counts as a failure of it."""
    try:
        yield
    except Refused as refused:
        raise CodeRefused(refused, organization_id) from None


async def _buyer(db: Unit, organization_id: UUID) -> Buyer:
    """What codes ask of an organization. A purchase that waits for its payment counts: it may become the first."""
    bought = exists().where(
        credit_purchases.c.organization_id == organization_id, credit_purchases.c.status.not_in(NEVER_PAID)
    )
    statement = select(organizations.c.kind, bought).where(organizations.c.id == organization_id)
    kind, has_bought = (await db.session.execute(statement)).one()
    return Buyer(organization_id=organization_id, kind=kind, has_bought=has_bought)


async def _require_left(db: Unit, promotion: CreditPromotion, organization_id: UUID) -> None:
    redemptions = promotion_redemptions.c
    of_organization = (redemptions.promotion_id == promotion.id, redemptions.organization_id == organization_id)
    statement = select(func.count()).where(*of_organization, redemptions.status.in_(COUNTED))
    used = int((await db.session.execute(statement)).scalar_one())
    if used >= promotion.uses_per_organization:
        raise used_by_organization(promotion, used)
    if promotion.is_used_up:
        raise used_up(promotion)
