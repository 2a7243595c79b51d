"""A year of subscribers: what becomes of each is thrown by a seed, and stored as the billing clock would have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert

from domain.ids import new_id
from domain.prices import TaxBehavior
from domain.subscription_plans import CreditSchedule, DunningOutcome, TrialEnd
from domain.subscription_terms import PeriodTerms
from persistence.tables.catalogue import prices, products
from persistence.tables.identity import organizations
from persistence.tables.subscriptions import billing_subscriptions, subscription_periods, subscription_standings
from tests.world import World

BEGIN, DAYS = datetime(2027, 1, 1, tzinfo=UTC), 365
CURRENCY = "EUR"
PAYING = ("ACTIVE", "PAST_DUE")
MONTHS = (1, 1, 1, 3, 12)


@dataclass(slots=True)
class Life:
    """One subscription: what it was from each instant on, with its amount and for how many months that is."""

    organization: int
    standings: list[tuple[datetime, str, int, int]] = field(default_factory=list)
    trial_ends_at: datetime | None = None
    first_paid: tuple[datetime, datetime] | None = None
    """When its first period that costs something began, and when it was paid."""

    def monthly_at(self, instant: datetime) -> Fraction:
        """Just before that instant."""
        known = [one for one in self.standings if one[0] < instant]
        if not known or known[-1][1] not in PAYING:
            return Fraction(0)
        return Fraction(known[-1][2], known[-1][3])

    @property
    def canceled_at(self) -> datetime | None:
        return next((since for since, status, *_ in self.standings if status == "CANCELED"), None)


def lives(random: Random, number: int) -> list[Life]:
    """One to three subscriptions for each of so many organizations, one after the other."""
    return [life for organization in range(number) for life in _lives_of(organization, random)]


def _lives_of(organization: int, random: Random) -> Iterator[Life]:
    at = BEGIN - timedelta(days=60) + timedelta(hours=random.randrange(24 * (DAYS + 30)))
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        life = _life(organization, at, random)
        yield life
        if life.canceled_at is None:
            return
        at = life.canceled_at + timedelta(days=random.randrange(80))


def _life(organization: int, at: datetime, random: Random) -> Life:
    life, months = Life(organization), random.choice(MONTHS)
    amount = 0 if random.random() < 0.1 else random.randrange(500, 90_000)
    if random.random() < 0.3:
        life.trial_ends_at = at + timedelta(days=14)
        life.standings.append((at, "TRIALING", amount, months))
        at += timedelta(days=random.choice((3, 14, 14, 14)))
        if random.random() < 0.4:
            life.standings.append((at, random.choice(("CANCELED", "PAUSED")), amount, months))
            return life
    if amount:
        life.first_paid = at, at + timedelta(days=random.choice((0, 0, 0, 5, 9)))
    life.standings.append((at, "ACTIVE", amount, months))
    for _ in range(random.randrange(6)):
        at += timedelta(days=random.randrange(1, 90), minutes=random.randrange(1440))
        status = random.choice(("ACTIVE", "ACTIVE", "ACTIVE", "PAST_DUE", "UNPAID", "PAUSED", "CANCELED"))
        if status == "ACTIVE" and random.random() < 0.6:
            amount, months = random.randrange(500, 90_000), random.choice(MONTHS)
        life.standings.append((at, status, amount, months))
        if status == "CANCELED":
            break
    return life


async def store(world: World, found: Sequence[Life]) -> None:
    """Their organizations, a product with a price, and the rows that figures are read from."""
    ids = {number: new_id() for number in sorted({life.organization for life in found})}
    product, price = new_id(), new_id()
    await _insert(world, organizations, [_organization(id_) for id_ in ids.values()])
    await _insert(world, products, [_product(product)])
    await _insert(world, prices, [_price(price, product)])
    rows = [(new_id(), ids[life.organization], life) for life in found]
    await _insert(world, billing_subscriptions, [_subscription(id_, whose, product, life) for id_, whose, life in rows])
    standings = [one for id_, whose, life in rows for one in _standings(id_, whose, price, life)]
    await _insert(world, subscription_standings, standings)
    paid = [_period(id_, whose, *life.first_paid) for id_, whose, life in rows if life.first_paid]
    await _insert(world, subscription_periods, paid)


async def _insert(world: World, table: Table, rows: list[dict[str, Any]]) -> None:
    async with world.database.connection() as connection:
        await connection.execute(insert(table), rows)


_LIFECYCLE = {"version": 1, "created_at": BEGIN, "updated_at": BEGIN}


def _organization(id_: UUID) -> dict[str, Any]:
    named = {"name": "Subscriber", "time_zone": "UTC", "billing_email": "billing@example.com"}
    return {"id": id_, "kind": "CLIENT", "status": "ACTIVE", "requires_two_factor": False, **named, **_LIFECYCLE}


TERMS = PeriodTerms(
    price_id=UUID(int=1),
    product_id=UUID(int=1),
    name="Seeded",
    tax_code=None,
    tax_behavior=TaxBehavior.EXCLUSIVE,
    quantity=1,
    currency=CURRENCY,
    amount_minor=1_000,
    months=1,
    rank=10,
    seat_min=1,
    seat_max=None,
    trial_end=TrialEnd.CANCEL,
    grace_days=3,
    dunning_outcome=DunningOutcome.CANCEL,
    included_credits=0,
    credit_schedule=CreditSchedule.PER_PERIOD,
    features=(),
)


def _product(id_: UUID) -> dict[str, Any]:
    named = {"code": "seeded", "name": "Seeded", "kind": "PLAN", "status": "ACTIVE"}
    return {"id": id_, "revoke_on_partial_refund": False, **named, **_LIFECYCLE}


def _price(id_: UUID, product: UUID) -> dict[str, Any]:
    cost = {"currency": CURRENCY, "model": "FLAT", "unit_amount_minor": 1_000, "tiers": (), "tax_behavior": "EXCLUSIVE"}
    often = {"interval": "MONTH", "interval_count": 1, "is_variant": False, "status": "ACTIVE"}
    return {"id": id_, "product_id": product, **cost, **often, **_LIFECYCLE}


def _subscription(id_: UUID, organization: UUID, product: UUID, life: Life) -> dict[str, Any]:
    begun, status = life.standings[0][0], life.standings[-1][1]
    clock = {"anchor_at": begun, "anchor_day": begun.day, "time_zone": "UTC", "interval_months": 1, "grace_days": 3}
    sold = {"managed_by": "MILEPOST", "collection": "CHARGE", "net_days": 0, "currency": CURRENCY, "is_plan": True}
    ends = {"trial_end": "CANCEL", "dunning_outcome": "CANCEL", "cancel_at_period_end": False}
    return {
        "id": id_,
        "organization_id": organization,
        "product_id": product,
        "status": status,
        "trial_ends_at": life.trial_ends_at or (begun if status == "TRIALING" else None),
        "past_due_at": life.standings[-1][0] if status == "PAST_DUE" else None,
        "canceled_at": life.canceled_at,
        "features": [],
        "included_credits": 0,
        **clock,
        **sold,
        **ends,
        **_LIFECYCLE,
    }


def _standings(id_: UUID, organization: UUID, price: UUID, life: Life) -> Iterator[dict[str, Any]]:
    for since, status, amount, months in life.standings:
        yield {
            "id": new_id(),
            "subscription_id": id_,
            "organization_id": organization,
            "since": since,
            "status": status,
            "price_id": price,
            "quantity": 1,
            "currency": CURRENCY,
            "monthly_numerator": amount,
            "monthly_denominator": months,
        }


def _period(subscription: UUID, organization: UUID, begun: datetime, paid: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "subscription_id": subscription,
        "organization_id": organization,
        "number": 0,
        "anchor_at": begun,
        "anchor_day": begun.day,
        "time_zone": "UTC",
        "period_start": begun,
        "period_end": begun + timedelta(days=30),
        "amount_minor": 1_000,
        "currency": CURRENCY,
        "terms": TERMS,
        "paid_at": paid,
        "credit_months": 0,
        "is_suspended": False,
        "needs_tax_review": False,
        "status": "PAID",
        **_LIFECYCLE,
    }
