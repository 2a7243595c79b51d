"""Queries of credit packages: what is on sale, for which price, and whether a new one can be."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue import CatalogueStatus
from domain.credit_packages import CreditPackage
from domain.credit_prices import PackagePrice, display_rate
from domain.money import Money
from domain.prices import Price, PriceInterval, PriceModel
from domain.products import Product, ProductKind
from domain.refusals import conflict, invalid
from persistence.tables.catalogue import prices, products
from persistence.tables.credit_sales import credit_packages
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Batch, Connection, One, Source

CREDIT_PACKAGES = Source(CreditPackage, credit_packages, lambda viewer: true())

OF_PURCHASE = One(CREDIT_PACKAGES, "package_id")
LIST = Connection(
    CREDIT_PACKAGES,
    orders={"SORT_ORDER": credit_packages.c.sort_order, "CREDITS": credit_packages.c.credits},
    default_order=(("SORT_ORDER", False),),
    filters={"status": lambda values: credit_packages.c.status.in_(values)},
)

_BOUGHT_ONCE = and_(
    prices.c.interval == PriceInterval.ONE_TIME,
    prices.c.model == PriceModel.FLAT,
    prices.c.status == CatalogueStatus.ACTIVE,
    prices.c.is_variant.is_(False),
)
"""What purchaseCredits asks for; the other prices of the product are those that it is sold by the month for."""


async def _prices_of(
    session: AsyncSession, viewer: Any, packages: Sequence[CreditPackage]
) -> Mapping[UUID, Sequence[PackagePrice]]:
    of_product = {one.product_id: one for one in packages}
    statement = select(prices.c.product_id, prices.c.unit_amount_minor, prices.c.currency)
    statement = statement.where(prices.c.product_id.in_(of_product), _BOUGHT_ONCE).order_by(prices.c.currency)
    found: dict[UUID, list[PackagePrice]] = {one.id: [] for one in packages}
    for product_id, minor, currency in await session.execute(statement):
        package = of_product[product_id]
        found[package.id].append(PackagePrice(Money(minor, currency), display_rate(minor, package.credits, currency)))
    return found


PRICES = Batch(_prices_of, default=())


async def known(db: Unit, package_id: UUID) -> CreditPackage:
    """Refuses NOT_FOUND for an unknown package."""
    statement = select(CreditPackage).where(credit_packages.c.id == package_id)
    return await db.require(statement, "credit package", "packageId")


async def on_sale(db: Unit, package_id: UUID) -> CreditPackage:
    """Refuses NOT_FOUND for an unknown package, WRONG_STATE for one that is not sold any more."""
    package = await known(db, package_id)
    package.require_on_sale()
    return package


async def price_in(db: Unit, package: CreditPackage, currency: str) -> Price:
    """Refuses INVALID for a currency that the package has no price in: amounts are never converted on the fly."""
    of_package = (prices.c.product_id == package.product_id, prices.c.currency == currency, _BOUGHT_ONCE)
    price = (await db.session.scalars(select(Price).where(*of_package))).one_or_none()
    if price is None:
        raise invalid(f"This package is not sold in {currency}.", "currency")
    return price


async def tax_code_of(db: Unit, package: CreditPackage) -> str | None:
    """What the package is to the tax service."""
    return await db.session.scalar(select(products.c.tax_code).where(products.c.id == package.product_id))


async def for_change(db: Unit, package_id: UUID) -> CreditPackage:
    statement = select(CreditPackage).where(credit_packages.c.id == package_id).with_for_update()
    return await db.require(statement, "credit package", "packageId")


async def product_for(db: Unit, product_id: UUID, code: str) -> Product:
    """The product of a new package. Refuses NOT_FOUND unless it is one, and CONFLICT where it or the code is taken."""
    fits = (products.c.kind == ProductKind.CREDIT_PACKAGE, products.c.app_id.is_(None))
    statement = select(Product).where(products.c.id == product_id, *fits).with_for_update()
    product = await db.require(statement, "product of the kind CREDIT_PACKAGE", "productId")
    await take_turn(db, "credit package code", code)
    for taken, message, path in (
        (credit_packages.c.product_id == product_id, "This product is another package.", "productId"),
        (credit_packages.c.code == code, "Another package has this code.", "code"),
    ):
        if (await db.session.execute(select(exists().where(taken)))).scalar_one():
            raise conflict(message, path)
    return product
