"""Makers of changes: what an organization, or staff, want of a subscription, and what a preview says of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from domain.change_quotes import ChangeQuote
from domain.credit_lots import CreditLot, LotSource
from domain.permissions import StaffRole
from domain.prices import Price
from domain.proration_lines import ProrationLine
from domain.scheduled_changes import ScheduledChange
from persistence import subscription_changes, subscriptions
from persistence.subscription_changes import Made, Wish
from persistence.tables.credits import credit_lots
from persistence.tables.subscription_changes import proration_lines, scheduled_changes
from persistence.unit import Unit, unit_of_work
from server.auth import actor_of_token
from tests.makers.staff import another_of_the_staff
from tests.makers.subscriptions import Subscribed, make_plan, next_rank
from tests.world import Person, World


async def make_plans(world: World, *, starter_minor: int = 2_000, **terms: Any) -> tuple[Price, Price]:
    """Starter, at 20.00 a month unless said, and Business, at 50.00 and of a higher rank; both with these terms."""
    rank = next_rank()
    starter = await make_plan(world, name="Starter", rank=rank, price_minor=starter_minor, **terms)
    return starter, await make_plan(world, name="Business", rank=rank + 1, price_minor=5_000, **terms)


async def make_rising_plans(world: World, *credits: int, **terms: Any) -> list[Price]:
    """Plans of rising ranks that include so many credits, at 20.00, 50.00, 80.00 and so on."""
    rank = next_rank()
    return [
        await make_plan(world, rank=rank + place, price_minor=2_000 + 3_000 * place, included_credits=included, **terms)
        for place, included in enumerate(credits)
    ]


async def change(subscribed: Subscribed, price: Price | None = None, *, by: Person | None = None, **wish: Any) -> Made:
    """What changeSubscription does, by the buyer unless said, before any payment is sent."""
    world = subscribed.world
    actor = await actor_of_token(world.database, (by or subscribed.buyer).token)
    wanted = Wish(price_id=None if price is None else price.id, **wish)
    async with unit_of_work(world.database, by=actor, at=world.clock.now()) as db:
        subscription = await subscriptions.for_change(db, subscribed.id)
        return await subscription_changes.change(db, subscription, wanted)


async def preview(subscribed: Subscribed, price: Price | None = None, **wish: Any) -> ChangeQuote:
    world = subscribed.world
    actor = await actor_of_token(world.database, subscribed.buyer.token)
    async with world.database.reader() as session:
        db = Unit(session, world.clock.now(), actor)
        quote, _ = await subscription_changes.quoted(
            db, await subscriptions.seen(db, subscribed.id), Wish(price_id=None if price is None else price.id, **wish)
        )
        return quote


async def finance(subscribed: Subscribed) -> Person:
    """Somebody of the staff who looks after money."""
    return await another_of_the_staff(subscribed.world, StaffRole.FINANCE)


async def lines_of(subscribed: Subscribed) -> Sequence[ProrationLine]:
    """All lines that were ever posted, oldest first."""
    of_it = select(ProrationLine).where(proration_lines.c.subscription_id == subscribed.id)
    async with subscribed.world.database.reader() as session:
        return (await session.scalars(of_it.order_by(proration_lines.c.id))).all()


async def changes_of(subscribed: Subscribed) -> Sequence[ScheduledChange]:
    of_it = select(ScheduledChange).where(scheduled_changes.c.subscription_id == subscribed.id)
    async with subscribed.world.database.reader() as session:
        return (await session.scalars(of_it.order_by(scheduled_changes.c.id))).all()


async def granted_to(subscribed: Subscribed) -> Sequence[int]:
    """The credits that came with its periods and its upgrades, lot by lot."""
    came = (
        credit_lots.c.organization_id == subscribed.buyer.organization_id,
        credit_lots.c.source == LotSource.SUBSCRIPTION,
    )
    async with subscribed.world.database.reader() as session:
        lots = (await session.scalars(select(CreditLot).where(*came).order_by(credit_lots.c.id))).all()
    return [lot.quantity for lot in lots]
