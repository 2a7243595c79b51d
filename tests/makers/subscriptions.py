"""Makers of subscriptions: a plan of Milepost's own, and an organization that subscribes to it and lives on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from domain import checkout_sessions as checkouts
from domain import contracts
from domain.actors import SYSTEM
from domain.billing_subscriptions import BillingSubscription
from domain.catalogue import CatalogueStatus
from domain.checkout_sessions import CheckoutMode
from domain.contracts import ContractTerms
from domain.dunning import DunningAttempt
from domain.ids import new_id
from domain.organizations import Organization, OrganizationKind
from domain.permissions import StaffRole
from domain.prices import Price, PriceInterval, PriceModel, TaxBehavior
from domain.products import Product, ProductKind
from domain.sale_lines import SaleLine
from domain.sales import SaleKind
from domain.seat_assignments import assign
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import CreditSchedule, DunningOutcome, Plan, TrialEnd
from persistence import catalogue, owed_charges, payment_methods, sales, subscription_checkouts
from persistence.tables.identity import organizations
from persistence.tables.subscriptions import dunning_attempts, subscription_periods
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.makers.payment_methods import make_method
from tests.world import Person, World

_ranks = count(1_000, step=10)


def next_rank() -> int:
    """Higher than those of all plans made before, with room for a few above it."""
    return next(_ranks)


@dataclass(slots=True)
class Subscribed:
    """An organization's subscription."""

    world: World
    buyer: Person
    id: UUID

    async def now(self) -> BillingSubscription:
        async with self.world.database.reader() as session:
            return await session.get_one(BillingSubscription, self.id)

    async def periods(self) -> Sequence[SubscriptionPeriod]:
        of_it = select(SubscriptionPeriod).where(subscription_periods.c.subscription_id == self.id)
        async with self.world.database.reader() as session:
            return (await session.scalars(of_it.order_by(subscription_periods.c.id))).all()

    async def attempts(self) -> Sequence[DunningAttempt]:
        of_it = select(DunningAttempt).where(dunning_attempts.c.subscription_id == self.id)
        async with self.world.database.reader() as session:
            return (await session.scalars(of_it.order_by(dunning_attempts.c.id))).all()

    async def live_until(self, at: datetime) -> None:
        """Moves the clock to an instant, one period or retry after the other, as time would."""
        while due := [one for one in await self._looked_at() if one is not None and one < at]:
            await move_to(self.world, min(due))
        await move_to(self.world, at)

    async def _looked_at(self) -> list[datetime | None]:
        """When the clock looks at it and at the invoices of its periods."""
        return [(await self.now()).due_at, *(period.collect_at for period in await self.periods())]


async def move_to(world: World, at: datetime) -> None:
    """A moment after an instant, with everything done that is due by then."""
    ahead = at - world.clock.now()
    if ahead > timedelta(0):
        world.clock.advance(ahead)
    await world.settle()


async def make_plan(
    world: World,
    *,
    name: str = "Standard",
    price_minor: int = 2_000,
    rank: int = 0,
    interval: PriceInterval = PriceInterval.MONTH,
    kind: ProductKind = ProductKind.PLAN,
    model: PriceModel = PriceModel.FLAT,
    behavior: TaxBehavior = TaxBehavior.EXCLUSIVE,
    **terms: Any,
) -> Price:
    """A product of Milepost's own with its plan and a price in euros; it ranks above those made before unless said."""
    at, code = world.clock.now(), f"plan_{new_id().hex[-10:]}"
    product = Product(
        id=new_id(),
        app_id=None,
        owner_organization_id=None,
        code=code,
        name=name,
        description=None,
        kind=kind,
        tax_code=None,
        revoke_on_partial_refund=False,
    )
    price = make_price(product, price_minor, interval, model, behavior)
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        product.born(CatalogueStatus.ACTIVE, action="createProduct", by=SYSTEM, at=at)
        db.add(product)
        await db.flush()
        price.born(CatalogueStatus.ACTIVE, action="createPrice", by=SYSTEM, at=at)
        db.add(_plan(product, rank or next_rank(), terms), price)
    return price


def make_price(
    product: Product,
    price_minor: int,
    interval: PriceInterval,
    model: PriceModel = PriceModel.FLAT,
    behavior: TaxBehavior = TaxBehavior.EXCLUSIVE,
) -> Price:
    return Price(
        id=new_id(),
        app_id=None,
        owner_organization_id=None,
        product_id=product.id,
        currency="EUR",
        model=model,
        unit_amount_minor=price_minor,
        tiers=(),
        interval=interval,
        interval_count=1,
        meter_id=None,
        tax_behavior=behavior,
        access_days=None,
        provider_price_id=None,
        is_variant=False,
    )


def _plan(product: Product, rank: int, terms: dict[str, Any]) -> Plan:
    usual: dict[str, Any] = {
        "trial_days": 0,
        "trial_end": TrialEnd.PAUSE,
        "grace_days": 3,
        "dunning_outcome": DunningOutcome.MARK_UNPAID,
        "seat_min": 1,
        "seat_max": None,
        "included_credits": 0,
        "credit_schedule": CreditSchedule.PER_PERIOD,
    }
    return Plan(
        id=new_id(),
        product_id=product.id,
        app_id=None,
        owner_organization_id=None,
        product_kind=product.kind,
        rank=rank,
        **{**usual, **terms},
    )


async def subscribe(
    world: World,
    price: Price,
    *,
    token: str | None = "sim_ok",
    buyer: Person | None = None,
    time_zone: str | None = None,
    quantity: int = 1,
    settled: bool = True,
) -> Subscribed:
    """An organization that pays the first period with its default method (none: it has no method at all)."""
    await platform_staff(world)
    buyer = buyer or await world.client_side()
    if time_zone is not None:
        await _live_in(world, buyer, time_zone)
    if token is not None:
        await make_method(buyer, token)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        price, product, plan = await catalogue.price_for_sale(db, price.id)
        assert plan is not None
        session = checkouts.opened(
            price,
            organization_id=buyer.organization_id,
            quantity=quantity,
            mode=CheckoutMode.SUBSCRIPTION,
            success_url="http://localhost/bought",
            cancel_url="http://localhost/shop",
            by=SYSTEM,
            at=at,
        )
        sale = await subscription_checkouts.open_session(db, session, price, product, plan)
        if sale is not None:
            await subscription_checkouts.begin(db, session)
            method = await payment_methods.default_of(db, buyer.organization_id, "EUR")
            assert method is not None
            await sales.checkout(db, sale, provider=None, method_id=method.id, return_url=None)
    assert session.subscription_id is not None
    if settled:
        await world.settle()
    return Subscribed(world, buyer, session.subscription_id)


async def make_subscribed(world: World, buyer: Person, price: Price) -> None:
    """Everything that belongs to a subscription, one of each, at a price of nothing."""
    subscribed = await subscribe(world, price, token=None, buyer=buyer, settled=False)
    await buyer.do(
        "cancelSubscription",
        "subscription { id }",
        subscriptionId=global_id("BillingSubscription", subscribed.id),
        when="AT_PERIOD_END",
        idempotencyKey=world.key(),
    )
    of_it: dict[str, Any] = {"subscription_id": subscribed.id, "organization_id": buyer.organization_id}
    now: dict[str, Any] = {"by": SYSTEM, "at": world.clock.now()}
    contract = contracts.draw_up(ContractTerms(term_months=12), **of_it, period_months=1, **now)
    seat = assign(**of_it, user_id=buyer.user_id, has_one=False, assigned=0, seats=1, **now)
    async with unit_of_work(world.database, **now) as db:
        db.add(contract, seat)
        await db.flush()
        sale = await sales.open_sale(
            db,
            kind=SaleKind.CHANGE,
            subject_id=contract.id,
            organization_id=buyer.organization_id,
            lines=[SaleLine("Early end of the contract", 1, 500, None)],
            currency="EUR",
        )
        await owed_charges.begin(db, sale, subscribed.id)


async def pay_with(buyer: Person, token: str) -> None:
    """From now on the organization pays with another method."""
    await make_method(buyer, token)


async def platform_staff(world: World) -> Person:
    """Somebody of the platform, which exists once."""
    async with world.database.reader() as session:
        known = await session.scalar(select(Organization).where(organizations.c.kind == OrganizationKind.PLATFORM))
    return await world.staff() if known is None else await world.join(known, StaffRole.ADMIN)


async def _live_in(world: World, buyer: Person, time_zone: str) -> None:
    of_it = update(organizations).where(organizations.c.id == buyer.organization_id)
    async with world.database.connection() as connection:
        await connection.execute(of_it.values(time_zone=time_zone))
