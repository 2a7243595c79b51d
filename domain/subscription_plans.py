"""Plans: how a product is subscribed to. What a subscription has of them is copied when a period opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import MAX_COUNT
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.products import Product, ProductKind
from domain.refusals import invalid
from domain.states import Versioned

MAX_TRIAL_DAYS, MAX_GRACE_DAYS, MAX_SEATS, MAX_RANK = 90, 30, 1_000_000, 1_000_000
DEFAULT_GRACE_DAYS = 3


class TrialEnd(Enum):
    """What becomes of a trial that ends without a payment method."""

    PAUSE = "PAUSE"
    CANCEL = "CANCEL"


class DunningOutcome(Enum):
    """What becomes of a subscription whose last retry failed."""

    MARK_UNPAID = "MARK_UNPAID"
    CANCEL = "CANCEL"


class CreditSchedule(Enum):
    """When the included credits come."""

    PER_PERIOD = "PER_PERIOD"
    MONTHLY = "MONTHLY"


@dataclass(eq=False, kw_only=True)
class Plan(Recorder, Versioned):
    """One for each product that can be subscribed to. `rank` orders the products of one kind: more is an upgrade."""

    SUBJECT: ClassVar[str] = "plan"

    id: UUID
    product_id: UUID
    app_id: UUID | None
    owner_organization_id: UUID | None
    product_kind: ProductKind
    rank: int
    trial_days: int
    trial_end: TrialEnd
    grace_days: int
    dunning_outcome: DunningOutcome
    seat_min: int
    seat_max: int | None
    included_credits: int
    credit_schedule: CreditSchedule

    def concerned_organizations(self) -> list[UUID]:
        return [] if self.owner_organization_id is None else [self.owner_organization_id]

    def change(self, given: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
        """A period that is open already keeps what it has."""
        wanted = {name: getattr(self, name) for name in _FIELDS} | dict(given)
        _check(wanted)
        for name, value in wanted.items():
            setattr(self, name, value)
        self.record("updated", by=by, at=at)


_FIELDS = (
    "rank",
    "trial_days",
    "trial_end",
    "grace_days",
    "dunning_outcome",
    "seat_min",
    "seat_max",
    "included_credits",
    "credit_schedule",
)


def create(product: Product, given: Mapping[str, Any], *, by: Actor, at: datetime) -> Plan:
    """Lets a product be subscribed to. Refuses INVALID naming every wrong field."""
    product.check("updateProduct", by=by)
    if product.kind is ProductKind.ONE_OFF:
        raise invalid("A ONE_OFF product is bought, not subscribed to.", "productId")
    _check(given)
    plan = Plan(
        id=new_id(),
        product_id=product.id,
        app_id=product.app_id,
        owner_organization_id=product.owner_organization_id,
        product_kind=product.kind,
        **given,
    )
    plan.record("created", by=by, at=at)
    return plan


def _check(given: Mapping[str, Any]) -> None:
    checks = Checks()
    checks.whole("rank", given["rank"], least=0, most=MAX_RANK)
    checks.whole("trialDays", given["trial_days"], least=0, most=MAX_TRIAL_DAYS)
    checks.whole("graceDays", given["grace_days"], least=0, most=MAX_GRACE_DAYS)
    checks.whole("seatMin", given["seat_min"], least=1, most=MAX_SEATS)
    checks.whole("seatMax", given["seat_max"], least=given["seat_min"], most=MAX_SEATS)
    checks.whole("includedCredits", given["included_credits"], least=0, most=MAX_COUNT)
    checks.refuse()
