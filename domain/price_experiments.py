"""Price experiments: organizations are shown one of several prices of a product, by weight and for good."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.permissions import Permission
from domain.prices import PriceInterval
from domain.states import Move, Side, Stateful

PARTS = 10_000


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

    def concerned_organizations(self) -> list[UUID]:
        """Staff learn of it; whoever is shown a price does not."""
        return []

    def variant_for(self, organization_id: UUID) -> Variant:
        """The same for the same organization, at any time and in any process."""
        digest = hashlib.sha256(self.id.bytes + organization_id.bytes).digest()
        return chosen(self.variants, int.from_bytes(digest) % PARTS)


@dataclass(eq=False, kw_only=True)
class ExperimentAssignment:
    """Which price an organization was shown first, and keeps being shown; what it paid for it first."""

    id: UUID
    experiment_id: UUID
    organization_id: UUID
    variant: str
    price_id: UUID
    exposed_at: datetime
    converted_at: datetime | None
    converted_minor: int | None


def chosen(variants: Sequence[Variant], part: int) -> Variant:
    """The variant whose share of the whole contains this part of 10 000; weights add up to them."""
    for variant in variants:
        part -= variant.weight
        if part < 0:
            return variant
    raise ValueError("the weights of an experiment add up to 10 000")
