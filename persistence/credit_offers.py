"""What credits would cost an organization now: the goods, their price, and what a code takes off."""

from dataclasses import dataclass
from uuid import UUID

from domain.checks import Checks
from domain.credit_packages import DEFAULT_VALIDITY_DAYS
from domain.credit_prices import check_quantity, price_of
from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import Terms
from domain.money import Money
from domain.promotion_redemptions import discount_of
from domain.taxes import TaxMode
from persistence import credit_packages, credit_unit_prices, promotion_uses
from persistence.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to buy: a package or a free quantity, perhaps with a code."""

    package_id: UUID | None
    quantity: int | None
    currency: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is sold, at its full price."""

    quantity: int
    validity_days: int | None
    price: Money
    title: str
    tax_code: str | None = None
    tax_mode: TaxMode = TaxMode.EXCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What it comes to."""

    goods: Goods
    terms: Terms
    promotion: CreditPromotion | None

    @property
    def free_credits(self) -> int:
        """What comes with it as a gift."""
        return 0 if self.promotion is None else self.promotion.credits or 0


async def offer(db: Unit, organization_id: UUID, wanted: Wanted) -> Offer:
    """What an organization would pay now; refuses what is not sold, and a code that does not count."""
    goods = await _goods(db, wanted)
    promotion, discount = None, 0
    if wanted.code is not None:
        promotion = await promotion_uses.for_purchase(
            db, organization_id, wanted.code, package_id=wanted.package_id, price=goods.price
        )
        discount = discount_of(promotion, goods.price.amount_minor)
    terms = Terms(
        package_id=wanted.package_id,
        quantity=goods.quantity,
        validity_days=goods.validity_days,
        price_minor=goods.price.amount_minor,
        discount_minor=discount,
        currency=goods.price.currency,
        promotion_id=None if promotion is None else promotion.id,
    )
    return Offer(goods=goods, terms=terms, promotion=promotion)


async def _goods(db: Unit, wanted: Wanted) -> Goods:
    checks = Checks()
    checks.currency("currency", wanted.currency)
    checks.require(
        (wanted.package_id is None) != (wanted.quantity is None),
        "Name a package or a quantity: one of the two.",
        "quantity",
    )
    if wanted.quantity is not None:
        check_quantity(checks, wanted.quantity)
    checks.refuse()
    if wanted.package_id is not None:
        return await _package(db, wanted.package_id, wanted.currency)
    quantity = wanted.quantity or 0
    price = price_of(quantity, await credit_unit_prices.in_force(db, wanted.currency))
    return Goods(
        quantity=quantity,
        validity_days=DEFAULT_VALIDITY_DAYS,
        price=Money(price, wanted.currency),
        title=f"{quantity} credits",
    )


async def _package(db: Unit, package_id: UUID, currency: str) -> Goods:
    package = await credit_packages.on_sale(db, package_id)
    price = await credit_packages.price_in(db, package, currency)
    return Goods(
        quantity=package.credits,
        validity_days=package.validity_days,
        price=price.unit_amount,
        title=f"{package.credits} credits ({package.name})",
        tax_code=await credit_packages.tax_code_of(db, package),
        tax_mode=price.tax_behavior.tax_mode,
    )
