"""Credit packages and unit prices: putting a package on sale, taking it off, and what one credit costs."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import credit_packages as rules
from domain.credit_packages import PackageTerms
from domain.credit_prices import set_unit_price
from persistence import credit_packages, credit_unit_prices
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, PRICES = credit_packages.LIST, credit_packages.PRICES
OF_PURCHASE = credit_packages.OF_PURCHASE
UNIT_PRICES = credit_unit_prices.LIST


async def create_credit_package(db: Unit, *, product_id: UUID, never_expires: bool, **terms: Any) -> Changed:
    product = await credit_packages.product_for(db, product_id, terms["code"])
    if never_expires:
        terms["validity_days"] = None
    package = rules.create_package(product.id, PackageTerms(**terms), by=db.by, at=db.at)
    db.add(package)
    return Changed(package=package)


async def archive_credit_package(db: Unit, *, package_id: UUID) -> Changed:
    package = await credit_packages.for_change(db, package_id)
    package.archive(by=db.by, at=db.at)
    return Changed(package=package)


async def set_credit_unit_price(
    db: Unit, *, currency: str, unit_amount: Decimal, starts_at: datetime | None = None
) -> Changed:
    is_taken = await credit_unit_prices.is_taken(db, currency, starts_at or db.at)
    price = set_unit_price(
        currency=currency, unit_amount=unit_amount, starts_at=starts_at, is_taken=is_taken, by=db.by, at=db.at
    )
    db.add(price)
    return Changed(unit_price=price)
