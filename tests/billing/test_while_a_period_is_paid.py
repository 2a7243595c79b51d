"""While a period is being paid nobody knows which one comes next: what waits for that, and what does not."""

from datetime import datetime, timedelta
from typing import Any

from domain.actors import SYSTEM
from domain.billing_subscriptions import SubscriptionStatus
from domain.prices import PriceInterval, PriceModel
from domain.subscription_periods import PeriodStatus
from jobs.subscriptions import keep_due
from persistence import payment_methods, sale_outcomes, sales
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.makers.subscription_changes import change
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import World

SHOWN = "subscription { status cancelAt cancelAtPeriodEnd }"
DAY = timedelta(days=1)


async def renewing(world: World, **plan: Any) -> Subscribed:
    """A subscription whose second period is being paid."""
    subscribed = await subscribe(world, await make_plan(world, **plan))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    world.clock.advance(period_end - world.clock.now())
    await keep_due(world.database, world.clock.now())
    assert [one.status for one in await subscribed.periods()] == [PeriodStatus.PAID, PeriodStatus.OPEN]
    return subscribed


async def attempt(subscribed: Subscribed, verb: str, **said: Any) -> dict[str, Any]:
    """The payload, or the refusal."""
    named = {"subscriptionId": global_id("BillingSubscription", subscribed.id), **said}
    if verb != "pauseSubscription":
        named["idempotencyKey"] = subscribed.world.key()
    return await subscribed.buyer.attempt(verb, SHOWN, **named)


async def test_no_seats_are_added_to_a_period_that_is_over(world: World) -> None:
    subscribed = await renewing(world, price_minor=500, model=PriceModel.PER_SEAT)
    assert (await attempt(subscribed, "changeSubscription", quantity=100))["code"] == "CONFLICT"
    await world.settle()
    assert (await attempt(subscribed, "changeSubscription", quantity=100))["subscription"]["status"] == "ACTIVE"
    await world.settle()
    _, second = await subscribed.periods()
    assert second.terms.quantity == 100


async def test_a_pause_waits_until_it_is_known_which_period_it_follows(world: World) -> None:
    subscribed = await renewing(world)
    resumes_at = (world.clock.now() + 60 * DAY).isoformat()
    assert (await attempt(subscribed, "pauseSubscription", resumesAt=resumes_at))["code"] == "CONFLICT"
    await world.settle()
    await attempt(subscribed, "pauseSubscription", resumesAt=resumes_at)
    now, (_, second) = await subscribed.now(), await subscribed.periods()
    assert now.pause_at == second.period_end


async def test_a_pause_waits_for_a_change_that_begins_another_period(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    world.clock.advance(3 * DAY)
    await change(subscribed, await make_plan(world, price_minor=20_000, interval=PriceInterval.YEAR))
    resumes_at = (world.clock.now() + 60 * DAY).isoformat()
    assert (await attempt(subscribed, "pauseSubscription", resumesAt=resumes_at))["code"] == "CONFLICT"
    await world.settle()
    assert (await subscribed.now()).pause_at is None


async def test_what_is_cancelled_meanwhile_ends_with_the_period_that_is_being_paid(world: World) -> None:
    subscribed = await renewing(world)
    done = await attempt(subscribed, "cancelSubscription", when="AT_PERIOD_END")
    _, second = await subscribed.periods()
    assert datetime.fromisoformat(done["subscription"]["cancelAt"]) == second.period_end
    await world.settle()
    assert (await subscribed.now()).cancel_at == second.period_end
    await move_to(world, second.period_end)
    assert (await subscribed.now()).status is SubscriptionStatus.CANCELED


async def test_a_payment_that_is_declined_on_the_page_is_an_attempt_of_its_own(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period_end)
    due_at = (await subscribed.now()).due_at
    sale_id = (await subscribed.periods())[1].sale_id
    assert sale_id is not None
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        sale = await sale_outcomes.lock(db, sale_id)
        method = await payment_methods.default_of(db, subscribed.buyer.organization_id, "EUR")
        assert method is not None
        await sales.checkout(db, sale, provider=None, method_id=method.id, return_url=None)
    await world.settle()
    tried = [(one.trigger.name, one.outcome and one.outcome.name) for one in await subscribed.attempts()]
    assert tried == [("SCHEDULE", "FAILED"), ("SCHEDULE", None), ("CUSTOMER", "FAILED")]
    assert (await subscribed.now()).due_at == due_at
