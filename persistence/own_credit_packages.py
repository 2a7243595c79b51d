"""The credit packages and the unit price that every platform begins with; staff change them from there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from domain.catalogue import CatalogueStatus
from domain.credit_packages import DEFAULT_VALIDITY_DAYS, CreditPackageStatus
from domain.prices import PriceInterval, PriceModel, TaxBehavior
from domain.products import ProductKind
from domain.subscription_plans import DEFAULT_GRACE_DAYS, CreditSchedule, DunningOutcome, TrialEnd
from persistence.tables.catalogue import plans, prices, products
from persistence.tables.credit_sales import credit_packages, credit_unit_prices
from persistence.unit import Unit

_CURRENCY, _UNIT_AMOUNT = "USD", 10
_EVER_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_PACKAGES = (
    # number, which makes the ids and is never used twice; code; name; credits; price in minor units
    (1, "starter", "Starter", 200, 1_999),
    (2, "professional", "Professional", 600, 4_999),
    (3, "enterprise", "Enterprise", 1_500, 9_999),
)
_NUMBERS = {code: number for number, code, *_ in _PACKAGES}
_PRODUCT, _PLAN, _PRICE, _PACKAGE, _UNIT_PRICE = range(0x20, 0x25)


def _id(kind: int, number: int) -> UUID:
    """An id of version 7, and the same on every platform."""
    return UUID(f"00dc6acf-ac00-7000-8000-00000000{kind:02x}{number:02x}")


def package_id(code: str) -> UUID:
    """The id of one of the packages that every platform begins with."""
    return _id(_PACKAGE, _NUMBERS[code])


def price_id(code: str, interval: PriceInterval) -> UUID:
    """The id of the price that one of these packages begins with: ONE_TIME, or by the MONTH."""
    return _id(_PRICE, _NUMBERS[code] * 2 + (interval is PriceInterval.MONTH))


async def ensure(db: Unit) -> None:
    """Inserts the packages that are missing, with what they are sold by; one that is there stays as it is."""
    added = await _insert(db, products, [_product(*one) for one in _PACKAGES])
    new = [one for one in _PACKAGES if _id(_PRODUCT, one[0]) in added]
    if new:
        intervals = (PriceInterval.ONE_TIME, PriceInterval.MONTH)
        await _insert(db, plans, [_plan(*one) for one in new])
        await _insert(db, prices, [_price(*one, interval=interval) for one in new for interval in intervals])
        await _insert(db, credit_packages, [_package(*one) for one in new])
    first = {"id": _id(_UNIT_PRICE, 1), "currency": _CURRENCY, "unit_amount": _UNIT_AMOUNT, "starts_at": _EVER_SINCE}
    await _insert(db, credit_unit_prices, [first])


async def _insert(db: Unit, table: Table, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids of those that were not there."""
    whole = [{**row, "version": 1, "created_at": db.at, "updated_at": db.at} for row in rows]
    written = insert(table).values(whole).on_conflict_do_nothing().returning(table.c.id)
    return set(await db.session.scalars(written))


def _product(number: int, code: str, name: str, credit_count: int, price_minor: int) -> dict[str, Any]:
    return {
        "id": _id(_PRODUCT, number),
        "code": f"credits.{code}",
        "name": f"{credit_count} credits ({name})",
        "kind": ProductKind.CREDIT_PACKAGE,
        "revoke_on_partial_refund": False,
        "status": CatalogueStatus.ACTIVE,
    }


def _plan(number: int, code: str, name: str, credit_count: int, price_minor: int) -> dict[str, Any]:
    """By the month it includes as many credits as are bought at once."""
    return {
        "id": _id(_PLAN, number),
        "product_id": _id(_PRODUCT, number),
        "product_kind": ProductKind.CREDIT_PACKAGE,
        "rank": number * 10,
        "trial_days": 0,
        "trial_end": TrialEnd.CANCEL,
        "grace_days": DEFAULT_GRACE_DAYS,
        "dunning_outcome": DunningOutcome.CANCEL,
        "seat_min": 1,
        "included_credits": credit_count,
        "credit_schedule": CreditSchedule.PER_PERIOD,
    }


def _price(
    number: int, code: str, name: str, credit_count: int, price_minor: int, *, interval: PriceInterval
) -> dict[str, Any]:
    return {
        "id": price_id(code, interval),
        "product_id": _id(_PRODUCT, number),
        "currency": _CURRENCY,
        "model": PriceModel.FLAT,
        "unit_amount_minor": price_minor,
        "tiers": (),
        "interval": interval,
        "interval_count": 1,
        "tax_behavior": TaxBehavior.EXCLUSIVE,
        "is_variant": False,
        "status": CatalogueStatus.ACTIVE,
    }


def _package(number: int, code: str, name: str, credit_count: int, price_minor: int) -> dict[str, Any]:
    return {
        "id": package_id(code),
        "product_id": _id(_PRODUCT, number),
        "code": code,
        "name": name,
        "credits": credit_count,
        "validity_days": DEFAULT_VALIDITY_DAYS,
        "rollover_enabled": False,
        "rollover_cap": credit_count,
        "features": [],
        "featured": number == 2,
        "sort_order": number,
        "status": CreditPackageStatus.ACTIVE,
    }
