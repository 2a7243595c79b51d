"""Waived periods: staff ask nothing for what is to be paid, and the subscription goes on."""

from typing import Any

from domain.billing_subscriptions import SubscriptionStatus
from domain.credit_lots import LotSource
from domain.dunning import AttemptOutcome
from domain.prices import Price
from domain.sales import Sale, SaleStatus
from domain.subscription_changes import ProrationMode
from domain.subscription_periods import PeriodStatus
from schema.ids import global_id
from tests.makers.invariants import broken
from tests.makers.subscription_changes import change, finance, lines_of, make_plans, preview
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import Person, World

WAIVED = "subscription { status pastDueAt } period { status waiveReason availableActions { action allowed } } replayed"


async def unpaid(world: World, price: Price | None = None, **terms: Any) -> Subscribed:
    """A subscription whose second period could not be charged."""
    subscribed = await subscribe(world, price or await make_plan(world, **terms))
    [period] = await subscribed.periods()
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period.period_end)
    assert (await subscribed.now()).status is SubscriptionStatus.PAST_DUE
    return subscribed


async def asked(subscribed: Subscribed, number: int = -1, reason: str = "We were down for a week.") -> dict[str, Any]:
    """What waiving one of its periods takes."""
    period = (await subscribed.periods())[number]
    return {"periodId": global_id("SubscriptionPeriod", period.id), "reason": reason}


async def waive(subscribed: Subscribed, staff: Person) -> dict[str, Any]:
    key = subscribed.world.key()
    return await staff.do("waiveSubscriptionPeriod", WAIVED, **await asked(subscribed), idempotencyKey=key)


async def test_a_subscription_goes_on_in_a_period_that_is_waived(world: World) -> None:
    subscribed = await unpaid(world)
    done = await waive(subscribed, await finance(subscribed))
    assert done["subscription"] == {"status": "ACTIVE", "pastDueAt": None}
    assert (done["period"]["status"], done["period"]["waiveReason"]) == ("WAIVED", "We were down for a week.")
    (first, second), now = await subscribed.periods(), await subscribed.now()
    assert (now.current_period_start, now.period_number) == (first.period_end, 1)
    assert (second.invoice_id, second.payment_id, second.sale_id is not None) == (None, None, True)
    assert [one.outcome for one in await subscribed.attempts()] == [AttemptOutcome.FAILED, AttemptOutcome.CANCELLED]
    async with world.database.reader() as session:
        assert (await session.get_one(Sale, second.sale_id)).status is SaleStatus.CANCELED
    assert await broken(world) == []


async def test_the_period_after_a_waived_one_is_charged_as_always(world: World) -> None:
    subscribed = await unpaid(world)
    await waive(subscribed, await finance(subscribed))
    await pay_with(subscribed.buyer, "sim_ok")
    await subscribed.live_until((await subscribed.periods())[1].period_end)
    _, waived, third = await subscribed.periods()
    assert (third.number, third.status, third.amount_minor) == (2, PeriodStatus.PAID, 2_000)
    assert (waived.status, waived.delivered_at is not None) == (PeriodStatus.WAIVED, True)
    assert await broken(world) == []


async def test_a_waived_period_brings_no_credits(world: World) -> None:
    subscribed = await unpaid(world, included_credits=100)
    await waive(subscribed, await finance(subscribed))
    lots = "{ creditLots { nodes { source quantity } } }"
    found = (await subscribed.buyer.ask(lots))["creditLots"]["nodes"]
    assert found == [{"source": LotSource.SUBSCRIPTION.name, "quantity": "100"}]


async def test_an_upgrade_inside_a_waived_period_gives_nothing_back(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await unpaid(world, price=starter)
    await waive(subscribed, await finance(subscribed))
    quoted = await preview(subscribed, business)
    back, charged = (line.amount_minor for line in quoted.lines)
    assert back == 0
    assert 4_990 < charged == quoted.charged_minor <= 5_000


async def test_what_was_to_lower_a_period_that_is_waived_lowers_the_next(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await subscribe(world, business)
    [first] = await subscribed.periods()
    world.clock.advance((first.period_end - first.period_start) * 2 / 3)
    await change(subscribed, starter, mode=ProrationMode.CREATE_PRORATIONS)
    [back, charged] = [line.amount_minor for line in await lines_of(subscribed)]
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, first.period_end)
    await waive(subscribed, await finance(subscribed))
    await pay_with(subscribed.buyer, "sim_ok")
    await subscribed.live_until((await subscribed.periods())[1].period_end)
    assert [one.amount_minor for one in await subscribed.periods()] == [5_000] + [2_000 + back + charged] * 2


async def test_only_an_open_period_is_waived_by_staff_with_a_reason(world: World) -> None:
    subscribed = await unpaid(world)
    staff, key = await finance(subscribed), world.key()
    denied = await subscribed.buyer.refused("waiveSubscriptionPeriod", **await asked(subscribed), idempotencyKey=key)
    assert denied["code"] == "FORBIDDEN"
    blank = await staff.refused("waiveSubscriptionPeriod", **await asked(subscribed, reason=" "), idempotencyKey=key)
    assert (blank["code"], blank["path"]) == ("INVALID", ["reason"])
    paid = await staff.refused("waiveSubscriptionPeriod", **await asked(subscribed, 0), idempotencyKey=world.key())
    assert (paid["code"], paid["from"], paid["allowed"]) == ("WRONG_STATE", "PAID", ["OPEN"])


async def test_a_period_is_not_waived_while_a_payment_is_under_way(world: World) -> None:
    subscribed = await unpaid(world)
    staff, key = await finance(subscribed), world.key()
    await pay_with(subscribed.buyer, "sim_ok")
    subscription = global_id("BillingSubscription", subscribed.id)
    await subscribed.buyer.do(
        "retrySubscriptionPayment", "subscription { id }", subscriptionId=subscription, idempotencyKey=key
    )
    refusal = await staff.refused("waiveSubscriptionPeriod", **await asked(subscribed), idempotencyKey=world.key())
    assert refusal["code"] == "CONFLICT"
