"""Subscriptions through the API: who sees them, how they are ended, rest, go on and are paid for."""

from datetime import timedelta

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.sales import Sale, SaleStatus
from domain.scheduled_changes import ScheduledChange, ScheduledChangeStatus
from persistence import payment_methods, sale_outcomes, sales
from persistence.tables.subscription_changes import scheduled_changes
from persistence.unit import unit_of_work
from schema.ids import global_id
from tests.makers.credit_control import spend_some
from tests.makers.invariants import broken
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, platform_staff, subscribe
from tests.world import World

SHOWN = "subscription { id status cancelAtPeriodEnd cancelAt pauseAt resumesAt accessEndsAt version }"


def named(subscribed: Subscribed) -> str:
    return global_id("BillingSubscription", subscribed.id)


async def test_a_subscription_shows_its_periods_with_what_paid_them(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, name="Business", price_minor=4_900))
    shown = await subscribed.buyer.ask(
        "{ subscriptions { nodes { id status product { name } items { quantity price { id } } periods { nodes {"
        " status amount { amountMinor currency } payment { status } invoice { kind status }"
        " attempts { number } } } availableActions { action allowed } } } }"
    )
    (only,) = shown["subscriptions"]["nodes"]
    assert (only["id"], only["status"], only["product"]["name"]) == (named(subscribed), "ACTIVE", "Business")
    assert only["periods"]["nodes"] == [
        {
            "status": "PAID",
            "amount": {"amountMinor": "4900", "currency": "EUR"},
            "payment": {"status": "SUCCEEDED"},
            "invoice": {"kind": "PLATFORM", "status": "PAID"},
            "attempts": [],
        }
    ]
    allowed = {one["action"] for one in only["availableActions"] if one["allowed"]}
    assert allowed == {"changeSubscription", "cancelSubscription", "pauseSubscription"}


async def test_others_see_none_of_it_and_staff_do(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    stranger = await world.client_side("Elsewhere")
    query = "query($id: ID!) { subscription(id: $id) { status } }"
    assert (await stranger.ask(query, id=named(subscribed)))["subscription"] is None
    refusal = await stranger.refused(
        "cancelSubscription", subscriptionId=named(subscribed), when="NOW", idempotencyKey=world.key()
    )
    assert refusal["code"] == "NOT_FOUND"


async def test_what_ends_with_its_period_can_be_taken_back_until_then(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    flagged = await _cancel(subscribed, "AT_PERIOD_END")
    assert (flagged["status"], flagged["cancelAtPeriodEnd"]) == ("ACTIVE", True)
    back = await subscribed.buyer.do("uncancelSubscription", SHOWN, subscriptionId=named(subscribed))
    assert back["subscription"]["cancelAtPeriodEnd"] is False
    again = await subscribed.buyer.refused("uncancelSubscription", subscriptionId=named(subscribed))
    assert again["code"] == "WRONG_STATE"

    await _cancel(subscribed, "AT_PERIOD_END")
    await move_to(world, period_end - timedelta(minutes=5))
    assert (await subscribed.now()).status.name == "ACTIVE"
    await move_to(world, period_end)
    assert (await subscribed.now()).status.name == "CANCELED"
    changes = await _changes(world, subscribed)
    assert [one.status for one in changes] == [ScheduledChangeStatus.CANCELLED, ScheduledChangeStatus.APPLIED]


async def test_what_is_ended_now_gives_nothing_back_unless_staff_say_so(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, price_minor=3_000))
    staff = await platform_staff(world)
    begun = (await subscribed.now()).current_period_start
    assert begun is not None
    await move_to(world, begun + timedelta(days=15))
    too_much = await staff.refused(
        "cancelSubscription",
        subscriptionId=named(subscribed),
        when="NOW",
        refund={"amountMinor": "2000", "currency": "EUR"},
        idempotencyKey=world.key(),
    )
    assert too_much["code"] == "INVALID"
    done = await staff.do(
        "cancelSubscription",
        "subscription { status } refund { amount { amountMinor } }",
        subscriptionId=named(subscribed),
        when="NOW",
        refund={"amountMinor": "1000", "currency": "EUR"},
        idempotencyKey=world.key(),
    )
    assert done == {"subscription": {"status": "CANCELED"}, "refund": {"amount": {"amountMinor": "1000"}}}
    await world.settle()
    async with world.database.reader() as session:
        (sale,) = (await session.scalars(select(Sale))).all()
    assert (sale.status, sale.refunded_minor) == (SaleStatus.PARTIALLY_REFUNDED, 1_000)
    assert await broken(world) == []


async def test_billing_rule_17_credits_that_were_used_up_keep_their_share_of_the_money_back(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, price_minor=3_000, included_credits=100))
    staff = await platform_staff(world)
    await spend_some(world, subscribed.buyer.organization_id, 100)
    asked = {"subscriptionId": named(subscribed), "when": "NOW", "refund": {"amountMinor": "1", "currency": "EUR"}}
    refusal = await staff.refused("cancelSubscription", **asked, idempotencyKey=world.key())
    assert (refusal["code"], refusal["message"]) == ("INVALID", "At most 0.00 EUR of this period is unused.")


async def test_a_pause_begins_with_the_period_end_and_ends_by_itself(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    resumes_at = period_end + timedelta(days=20)
    too_long = await subscribed.buyer.refused(
        "pauseSubscription",
        subscriptionId=named(subscribed),
        resumesAt=(period_end + timedelta(days=181)).isoformat(),
    )
    assert (too_long["code"], too_long["path"]) == ("INVALID", ["resumesAt"])
    await subscribed.buyer.do(
        "pauseSubscription", SHOWN, subscriptionId=named(subscribed), resumesAt=resumes_at.isoformat()
    )
    await move_to(world, period_end)
    assert (await subscribed.now()).status.name == "PAUSED"
    await move_to(world, resumes_at)
    resumed, periods = await subscribed.now(), await subscribed.periods()
    assert resumed.status.name == "ACTIVE"
    assert [one.number for one in periods] == [0, 0]
    assert timedelta(0) <= periods[1].period_start - resumes_at.replace(microsecond=0) < timedelta(minutes=1)


async def test_a_pause_can_be_ended_early_and_stays_one_when_that_is_not_paid(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    resumes_at = (period_end + timedelta(days=100)).isoformat()
    await subscribed.buyer.do("pauseSubscription", SHOWN, subscriptionId=named(subscribed), resumesAt=resumes_at)
    await move_to(world, period_end)
    await pay_with(subscribed.buyer, "sim_decline")
    await _keyed(subscribed, "resumeSubscription")
    await world.settle()
    assert (await subscribed.now()).status.name == "PAUSED"
    await pay_with(subscribed.buyer, "sim_ok")
    await _keyed(subscribed, "resumeSubscription")
    await world.settle()
    assert (await subscribed.now()).status.name == "ACTIVE"


async def test_what_the_customer_tries_uses_up_no_retry(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period_end)
    due_at = (await subscribed.now()).due_at
    await _keyed(subscribed, "retrySubscriptionPayment")
    await world.settle()
    attempts = await subscribed.attempts()
    assert [(one.number, one.trigger.name) for one in attempts if one.started_at] == [(0, "SCHEDULE"), (0, "CUSTOMER")]
    assert (await subscribed.now()).due_at == due_at == period_end + timedelta(days=2)
    await pay_with(subscribed.buyer, "sim_ok")
    await _keyed(subscribed, "retrySubscriptionPayment")
    await world.settle()
    assert (await subscribed.now()).status.name == "ACTIVE"
    assert (await subscribed.now()).current_period_start == period_end


async def test_what_is_paid_on_the_page_of_the_mail_recovers_it(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period_end)
    await pay_with(subscribed.buyer, "sim_ok")
    (_, period) = await subscribed.periods()
    assert period.sale_id is not None
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        sale = await sale_outcomes.lock(db, period.sale_id)
        method = await payment_methods.default_of(db, subscribed.buyer.organization_id, "EUR")
        assert method is not None
        await sales.checkout(db, sale, provider=None, method_id=method.id, return_url=None)
    await world.settle()
    assert (await subscribed.now()).status.name == "ACTIVE"
    tried = [(one.trigger.name, one.outcome and one.outcome.name) for one in await subscribed.attempts()]
    assert tried == [("SCHEDULE", "FAILED"), ("SCHEDULE", "CANCELLED"), ("CUSTOMER", "SUCCEEDED")]


async def test_paying_what_is_owed_starts_a_new_period_from_then_on(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(period_end + timedelta(days=25))
    assert (await subscribed.now()).status.name == "UNPAID"
    await pay_with(subscribed.buyer, "sim_ok")
    await _keyed(subscribed, "retrySubscriptionPayment")
    await world.settle()
    recovered = await subscribed.now()
    assert recovered.status.name == "ACTIVE"
    assert recovered.anchor_at == recovered.current_period_start
    assert recovered.anchor_at > period_end + timedelta(days=24)
    assert await broken(world) == []


async def _cancel(subscribed: Subscribed, when: str) -> dict[str, object]:
    done = await subscribed.buyer.do(
        "cancelSubscription",
        SHOWN,
        subscriptionId=named(subscribed),
        when=when,
        idempotencyKey=subscribed.world.key(),
    )
    shown: dict[str, object] = done["subscription"]
    return shown


async def _keyed(subscribed: Subscribed, verb: str) -> None:
    key = subscribed.world.key()
    await subscribed.buyer.do(verb, SHOWN, subscriptionId=named(subscribed), idempotencyKey=key)


async def _changes(world: World, subscribed: Subscribed) -> list[ScheduledChange]:
    of_it = select(ScheduledChange).where(scheduled_changes.c.subscription_id == subscribed.id)
    async with world.database.reader() as session:
        return list(await session.scalars(of_it.order_by(scheduled_changes.c.id)))
