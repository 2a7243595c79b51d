"""Price experiments: organizations are shown one of several prices of a product, by weight and for good."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import archived
from domain.checks import Checks
from domain.ids import new_id
from domain.permissions import Permission
from domain.prices import Price, PriceInterval
from domain.products import Product
from domain.refusals import invalid
from domain.states import Move, Side, Stateful

PARTS = 10_000
MAX_VARIANTS, MAX_KEY = 10, 40


class ExperimentStatus(Enum):
    """The life of an experiment."""

    DRAFT = "DRAFT"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


_S, _KEEP = ExperimentStatus, Permission.STAFF_CATALOGUE
_OPEN = (_S.DRAFT, _S.RUNNING, _S.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A price, and its share of the organizations."""

    key: str
    price_id: UUID
    weight: int


@dataclass(eq=False, kw_only=True)
class PriceExperiment(Stateful):
    """At most one runs for each product, currency and interval."""

    SUBJECT: ClassVar[str] = "experiment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("startPriceExperiment", (_S.DRAFT, _S.PAUSED), _S.RUNNING, Side.STAFF, _KEEP),
        Move("pausePriceExperiment", (_S.RUNNING,), _S.PAUSED, Side.STAFF, _KEEP),
        Move("completePriceExperiment", (_S.RUNNING, _S.PAUSED), _S.COMPLETED, Side.STAFF, _KEEP),
        Move("cancelPriceExperiment", _OPEN, _S.CANCELLED, Side.STAFF, _KEEP),
    )

    id: UUID
    product_id: UUID
    currency: str
    interval: PriceInterval
    interval_count: int
    variants: tuple[Variant, ...]
    winner: str | None = None
    status: ExperimentStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        """Staff learn of it; whoever is shown a price does not."""
        return []

    def start(self, *, by: Actor, at: datetime) -> None:
        self.move_to("startPriceExperiment", by=by, at=at)
        self.record("started", by=by, at=at)

    def pause(self, *, by: Actor, at: datetime) -> None:
        """Nobody new is shown a variant; those who have been go on seeing theirs."""
        self.move_to("pausePriceExperiment", by=by, at=at)
        self.record("paused", by=by, at=at)

    def complete(self, winner: str, *, by: Actor, at: datetime) -> Variant:
        """The price of one variant is everybody's from now on."""
        self.check("completePriceExperiment", by=by)
        won = next((one for one in self.variants if one.key == winner), None)
        if won is None:
            raise invalid(f"Give one of {', '.join(one.key for one in self.variants)}.", "winner")
        self.move_to("completePriceExperiment", by=by, at=at)
        self.winner = won.key
        self.record("completed", by=by, at=at, data={"winner": won.key})
        return won

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelPriceExperiment", by=by, at=at)
        self.record("cancelled", by=by, at=at)

    def variant_for(self, organization_id: UUID) -> Variant:
        """The same for the same organization, at any time and in any process."""
        digest = hashlib.sha256(self.id.bytes + organization_id.bytes).digest()
        return chosen(self.variants, int.from_bytes(digest) % PARTS)


@dataclass(eq=False, kw_only=True)
class ExperimentAssignment:
    """Which price an organization was shown first, and keeps being shown."""

    id: UUID
    experiment_id: UUID
    organization_id: UUID
    variant: str
    price_id: UUID
    exposed_at: datetime


def create(
    product: Product, given: Mapping[str, Any], prices: Mapping[UUID, Price], *, by: Actor, at: datetime
) -> PriceExperiment:
    """An experiment to be started; `prices` are those of its variants. Refuses INVALID naming every wrong field."""
    if not product.is_active:
        raise archived("product")
    variants = tuple(given["variants"])
    checks = Checks()
    checks.count("variants", variants, least=2, most=MAX_VARIANTS)
    checks.require(len({one.key for one in variants}) == len(variants), "Give each a key of its own.", "variants")
    checks.require(sum(one.weight for one in variants) == PARTS, f"Weights add up to {PARTS}.", "variants")
    for position, one in enumerate(variants):
        with checks.within("variants", str(position)):
            checks.line("key", one.key, least=1, most=MAX_KEY)
            checks.whole("weight", one.weight, least=1, most=PARTS)
            _check_price(checks, prices[one.price_id], product, given)
    ordinary = [one for one in variants if not prices[one.price_id].is_variant]
    checks.require(len(ordinary) == 1, "One variant is the price that everybody else is shown.", "variants")
    checks.refuse()
    experiment = PriceExperiment(id=new_id(), product_id=product.id, **{**given, "variants": variants})
    experiment.born(ExperimentStatus.DRAFT, action="createPriceExperiment", by=by, at=at)
    return experiment


def _check_price(checks: Checks, price: Price, product: Product, given: Mapping[str, Any]) -> None:
    same = price.product_id == product.id and not price.is_metered
    checks.require(same, "Choose prices of this product that are not for usage.", "priceId")
    wanted = given["currency"], given["interval"], given["interval_count"]
    alike = (price.currency, price.interval, price.interval_count) == wanted
    checks.require(alike, "Its currency and interval are not those of the experiment.", "priceId")
    checks.require(price.is_active, "Choose ACTIVE prices.", "priceId")


def chosen(variants: Sequence[Variant], part: int) -> Variant:
    """The variant whose share of the whole contains this part of 10 000; weights add up to them."""
    for variant in variants:
        part -= variant.weight
        if part < 0:
            return variant
    raise ValueError("the weights of an experiment add up to 10 000")
