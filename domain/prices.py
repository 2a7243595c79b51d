"""Prices: what a product costs, in one currency and by one interval. A price never changes; another one follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import MAX_COUNT, CatalogueStatus, OfCatalogue, kept_by
from domain.checks import Checks
from domain.ids import new_id
from domain.meters import Meter
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.products import Product, ProductKind
from domain.states import Move
from domain.taxes import TaxMode

MAX_TIERS, MAX_INTERVALS, MAX_ACCESS_DAYS, MAX_PROVIDER_ID = 100, 12, 36_500, 255
UNIT_PLACES = 6
"""Decimals of the minor unit that the price of a unit may have."""


class PriceModel(Enum):
    """How a quantity becomes an amount."""

    FLAT = "FLAT"
    PER_SEAT = "PER_SEAT"
    GRADUATED = "GRADUATED"
    VOLUME = "VOLUME"


class PriceInterval(Enum):
    """How often it is charged."""

    ONE_TIME = "ONE_TIME"
    MONTH = "MONTH"
    YEAR = "YEAR"


class TaxBehavior(Enum):
    """Whether the price contains the tax."""

    INCLUSIVE = "INCLUSIVE"
    EXCLUSIVE = "EXCLUSIVE"

    @property
    def tax_mode(self) -> TaxMode:
        """How what is sold at such a price is taxed."""
        return TaxMode.INCLUSIVE if self is TaxBehavior.INCLUSIVE else TaxMode.EXCLUSIVE


_TIERED = (PriceModel.GRADUATED, PriceModel.VOLUME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Units up to and including `up_to` (none: all others) at `unit_amount` minor units each, and a flat part."""

    up_to: int | None
    unit_amount: Decimal
    flat_minor: int = 0


@dataclass(eq=False, kw_only=True)
class Price(OfCatalogue):
    """Immutable but for its status; the database refuses everything else."""

    SUBJECT: ClassVar[str] = "price"
    MOVES: ClassVar[tuple[Move, ...]] = kept_by("archivePrice", CatalogueStatus.ARCHIVED)

    id: UUID
    product_id: UUID
    currency: str
    model: PriceModel
    unit_amount_minor: int
    """0 where there are tiers."""
    tiers: tuple[Tier, ...]
    interval: PriceInterval
    interval_count: int
    meter_id: UUID | None
    tax_behavior: TaxBehavior
    access_days: int | None
    provider_price_id: str | None
    is_variant: bool
    """Shown only to those to whom an experiment gave it."""

    @property
    def unit_amount(self) -> Money:
        return Money(self.unit_amount_minor, self.currency)

    @property
    def is_recurring(self) -> bool:
        return self.interval is not PriceInterval.ONE_TIME

    @property
    def is_metered(self) -> bool:
        return self.meter_id is not None

    @property
    def months(self) -> int:
        """The length of its interval in calendar months; 0 for what is bought once."""
        lengths = {PriceInterval.ONE_TIME: 0, PriceInterval.MONTH: 1, PriceInterval.YEAR: 12}
        return lengths[self.interval] * self.interval_count

    def archive(self, *, by: Actor, at: datetime) -> None:
        """Nobody can choose it any more; subscribers stay on it until they change."""
        self.move_to("archivePrice", by=by, at=at)
        self.record("archived", by=by, at=at, data={"currency": self.currency, "interval": self.interval.value})


def create(product: Product, meter: Meter | None, given: Mapping[str, Any], *, by: Actor, at: datetime) -> Price:
    """A new price of a product; the meter is what it counts. Refuses INVALID naming every wrong field."""
    product.check("createPrice", by=by)
    unit_minor, tiers = given["unit_amount_minor"], tuple(given["tiers"])
    checks = Checks()
    checks.currency("currency", given["currency"])
    _check_amounts(checks, given["model"], unit_minor, tiers)
    _check_interval(checks, product, given)
    metered = meter is None or given["model"] in _TIERED
    checks.require(metered, "What a meter counts is priced in tiers; one open tier is enough.", "model")
    checks.line("providerPriceId", given["provider_price_id"], most=MAX_PROVIDER_ID)
    checks.refuse()
    price = Price(
        **{
            **given,
            "id": new_id(),
            "product_id": product.id,
            "app_id": product.app_id,
            "owner_organization_id": product.owner_organization_id,
            "unit_amount_minor": unit_minor or 0,
            "tiers": tiers,
            "meter_id": meter and meter.id,
            "provider_price_id": given["provider_price_id"] or None,
        }
    )
    price.born(CatalogueStatus.ACTIVE, action="createPrice", by=by, at=at)
    price.record("created", by=by, at=at, data={"currency": price.currency, "interval": price.interval.value})
    return price


def _check_amounts(checks: Checks, model: PriceModel, unit_minor: int | None, tiers: Sequence[Tier]) -> None:
    if model not in _TIERED:
        checks.require(not tiers, "Only GRADUATED and VOLUME have tiers.", "tiers")
        checks.require(unit_minor is not None, "Give the amount; 0 for what is free.", "unitAmountMinor")
        checks.whole("unitAmountMinor", unit_minor, least=0, most=MAX_AMOUNT_MINOR)
        return
    checks.require(unit_minor is None, "Tiers say what a unit costs: leave this out.", "unitAmountMinor")
    checks.count("tiers", tiers, least=1, most=MAX_TIERS)
    before = 0
    for position, tier in enumerate(tiers):
        with checks.within("tiers", str(position)):
            is_last = position == len(tiers) - 1
            checks.require((tier.up_to is None) == is_last, "The last tier, and no other, has no end.", "upTo")
            above = tier.up_to is None or before < tier.up_to <= MAX_COUNT
            checks.require(above, "Each tier ends above the one before it.", "upTo")
            _check_tier(checks, tier)
        before = tier.up_to or before


def _check_tier(checks: Checks, tier: Tier) -> None:
    checks.whole("flatMinor", tier.flat_minor, least=0, most=MAX_AMOUNT_MINOR)
    unit = tier.unit_amount
    if checks.require(0 <= unit <= MAX_AMOUNT_MINOR, f"Give 0 to {MAX_AMOUNT_MINOR} minor units.", "unitAmount"):
        exact = unit == round(unit, UNIT_PLACES)
        checks.require(exact, f"At most {UNIT_PLACES} decimals of the minor unit.", "unitAmount")


def _check_interval(checks: Checks, product: Product, given: Mapping[str, Any]) -> None:
    once = given["interval"] is PriceInterval.ONE_TIME
    is_possible = {
        ProductKind.PLAN: not once,
        ProductKind.ADD_ON: not once,
        ProductKind.ONE_OFF: once,
        ProductKind.CREDIT_PACKAGE: True,
    }
    message = (
        f"A product of kind {product.kind.value} is {'subscribed to, by MONTH or YEAR' if once else 'bought once'}."
    )
    checks.require(is_possible[product.kind], message, "interval")
    checks.whole("intervalCount", given["interval_count"], least=1, most=1 if once else MAX_INTERVALS)
    checks.whole("accessDays", given["access_days"], least=1, most=MAX_ACCESS_DAYS)
    checks.require(once or given["access_days"] is None, "Only what is bought ONE_TIME ends by days.", "accessDays")
    checks.require(not once or given.get("meter_id") is None, "Usage is charged by MONTH or YEAR.", "meterId")
