"""Milepost's own catalogue as every platform begins with it; staff change it from there, and it stays changed."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from domain.catalogue import CatalogueStatus
from domain.features import FeatureKind, FeatureReset
from domain.prices import PriceInterval, PriceModel, TaxBehavior
from domain.products import FeatureMode, ProductKind
from domain.subscription_plans import DEFAULT_GRACE_DAYS, CreditSchedule, DunningOutcome, TrialEnd
from persistence.tables.catalogue import features, plans, prices, product_features, products
from persistence.unit import Unit

_EACH_MONTH, _OPEN_NOW = FeatureReset.CALENDAR_MONTH, FeatureReset.NEVER
_FEATURES = (
    # number, which makes the id and is never used twice; code; name; when a limit begins at 0 again, none: BOOLEAN
    (1, "gigs.open", "Open gigs", _OPEN_NOW),
    (2, "proposals.monthly", "Proposals a month", _EACH_MONTH),
    (3, "projects.active", "Active projects", _OPEN_NOW),
    (4, "invoices.monthly", "Invoices a month", _EACH_MONTH),
    (5, "einvoices.monthly", "E-invoices a month", _EACH_MONTH),
    (6, "members", "Members", _OPEN_NOW),
    (7, "apps", "Installed apps", _OPEN_NOW),
    (8, "einvoice", "E-invoices", None),
    (9, "import", "Import of data", None),
    (10, "webhooks", "Webhooks", None),
)
_CODES = [code for _, code, _, _ in _FEATURES]

_PLANS = (
    # number; code; name; rank; month and year in minor units; limits in the order of _FEATURES (none: unlimited);
    # what it switches on
    (1, "free", "Free", 0, 0, 0, (1, 10, 2, 5, 0, 2, 1), ()),
    (2, "starter", "Starter", 10, 1_900, 19_000, (5, 50, 10, 50, 10, 5, 3), ("einvoice",)),
    (3, "standard", "Standard", 20, 4_900, 49_000, (20, 200, 40, 250, 100, 20, 10), ("einvoice", "import")),
    (4, "business", "Business", 30, 14_900, 149_000, (100, 1_000, 200, 2_000, 1_000, 100, 30), tuple(_CODES[7:])),
    (5, "max", "Max", 40, 39_900, 399_000, (None,) * 7, tuple(_CODES[7:])),
)
_CURRENCIES = ("USD", "EUR")


def _id(kind: int, number: int) -> UUID:
    """An id of version 7, and the same on every platform."""
    return UUID(f"00dc6acf-ac00-7000-8000-00000000{kind:02x}{number:02x}")


def feature_id(code: str) -> UUID:
    """The id of one of the features that every platform begins with."""
    return _id(2, _CODES.index(code) + 1)


def product_id(code: str) -> UUID:
    """The id of one of the products that every platform begins with."""
    return _id(3, next(number for number, known, *_ in _PLANS if known == code))


def price_id(code: str, currency: str, interval: PriceInterval) -> UUID:
    """The id of the price that one of these products begins with."""
    number = next(number for number, known, *_ in _PLANS if known == code)
    place = _CURRENCIES.index(currency) * 2 + (interval is PriceInterval.YEAR)
    return _id(5, number * 16 + place)


async def ensure(db: Unit) -> None:
    """Inserts the features and plans that are missing; a plan that is there keeps whatever it has become."""
    await _insert(db, features, _feature_rows())
    added = await _insert(db, products, [_product_row(code, name) for _, code, name, *_ in _PLANS])
    new = [plan for plan in _PLANS if product_id(plan[1]) in added]
    await _insert(db, plans, [_plan_row(number, code, rank) for number, code, _, rank, *_ in new])
    await _insert(db, product_features, [row for plan in new for row in _limits_of(plan)])
    await _insert(db, prices, [row for plan in new for row in _prices_of(plan)])


async def _insert(db: Unit, table: Table, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids of those that were not there."""
    if not rows:
        return set()
    now = {"version": 1, "created_at": db.at, "updated_at": db.at} if "version" in table.c else {}
    whole = [row | now for row in rows]
    written = insert(table).values(whole).on_conflict_do_nothing().returning(table.c.id)
    return set(await db.session.scalars(written))


def _feature_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": _id(2, number),
            "code": code,
            "name": name,
            "kind": FeatureKind.BOOLEAN if reset is None else FeatureKind.LIMIT,
            "reset": reset or FeatureReset.NEVER,
            "status": CatalogueStatus.ACTIVE,
        }
        for number, code, name, reset in _FEATURES
    ]


def _product_row(code: str, name: str) -> dict[str, Any]:
    return {
        "id": product_id(code),
        "code": code,
        "name": name,
        "kind": ProductKind.PLAN,
        "revoke_on_partial_refund": False,
        "status": CatalogueStatus.ACTIVE,
    }


def _plan_row(number: int, code: str, rank: int) -> dict[str, Any]:
    return {
        "id": _id(4, number),
        "product_id": product_id(code),
        "product_kind": ProductKind.PLAN,
        "rank": rank,
        "trial_days": 0,
        "trial_end": TrialEnd.CANCEL,
        "grace_days": DEFAULT_GRACE_DAYS,
        "dunning_outcome": DunningOutcome.CANCEL,
        "seat_min": 1,
        "included_credits": 0,
        "credit_schedule": CreditSchedule.PER_PERIOD,
    }


def _limits_of(plan: tuple[Any, ...]) -> Iterable[dict[str, Any]]:
    number, code, *_, limits, switched_on = plan
    has = [*zip(_CODES, limits, strict=False), *((one, None) for one in switched_on)]
    for position, (feature, value) in enumerate(has, start=1):
        yield {
            "id": _id(6, number * 16 + position),
            "product_id": product_id(code),
            "feature_id": feature_id(feature),
            "position": position,
            "value": value,
            "mode": FeatureMode.SET,
        }


def _prices_of(plan: tuple[Any, ...]) -> Iterable[dict[str, Any]]:
    _, code, _, _, month, year, *_ = plan
    for currency in _CURRENCIES:
        for interval, amount in ((PriceInterval.MONTH, month), (PriceInterval.YEAR, year)):
            yield {
                "id": price_id(code, currency, interval),
                "product_id": product_id(code),
                "currency": currency,
                "model": PriceModel.FLAT,
                "unit_amount_minor": amount,
                "tiers": (),
                "interval": interval,
                "interval_count": 1,
                "tax_behavior": TaxBehavior.EXCLUSIVE,
                "is_variant": False,
                "status": CatalogueStatus.ACTIVE,
            }
