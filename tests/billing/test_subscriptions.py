"""Subscriptions in time: trials, renewals, failed payments, pauses and ends, under a clock that is moved."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.billing_subscriptions import SubscriptionStatus
from domain.dunning import AttemptOutcome, AttemptTrigger
from domain.subscription_periods import PeriodStatus
from domain.subscription_plans import DunningOutcome, TrialEnd
from schema.ids import global_id
from tests.makers.subscription_changes import change
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import World

_S = SubscriptionStatus


async def from_june(world: World, **terms: object) -> Subscribed:
    """A subscription whose second period begins on 1 June 2027 at 10:00 UTC."""
    world.clock.advance(datetime(2027, 5, 1, 10, tzinfo=UTC) - world.clock.now())
    return await subscribe(world, await make_plan(world, **terms), time_zone="UTC")


JUNE = datetime(2027, 6, 1, 10, tzinfo=UTC)
MOMENT = timedelta(minutes=5)
"""The clock runs on while the test does: within so much of an instant is at it."""


async def test_the_first_payment_activates_it_with_period_0(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    subscription, periods = await subscribed.now(), await subscribed.periods()
    assert subscription.status is _S.ACTIVE
    assert [(one.number, one.status) for one in periods] == [(0, PeriodStatus.PAID)]
    assert subscription.current_period_start == periods[0].period_start == subscription.anchor_at
    assert periods[0].invoice_id is not None
    assert periods[0].payment_id is not None


async def test_billing_example_8_dunning(world: World) -> None:
    subscribed = await from_june(world)
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, JUNE + MOMENT)
    behind = await subscribed.now()
    assert behind.status is _S.PAST_DUE
    assert behind.access_ends_at is not None
    assert abs(behind.access_ends_at - datetime(2027, 6, 4, 10, tzinfo=UTC)) < 2 * MOMENT

    await subscribed.live_until(datetime(2027, 6, 8, 9, tzinfo=UTC))
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, datetime(2027, 6, 8, 10, tzinfo=UTC) + MOMENT)
    recovered, attempts = await subscribed.now(), await subscribed.attempts()
    assert recovered.status is _S.ACTIVE
    assert recovered.anchor == behind.anchor
    assert recovered.current_period_start is not None
    assert abs(recovered.current_period_start - JUNE) < MOMENT
    assert [(one.due_at.day, one.outcome) for one in attempts] == [
        (1, AttemptOutcome.FAILED),
        (3, AttemptOutcome.FAILED),
        (8, AttemptOutcome.SUCCEEDED),
    ]


async def test_billing_invariant_10_five_scheduled_attempts_and_then_no_more(world: World) -> None:
    subscribed = await from_june(world)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(datetime(2027, 7, 30, tzinfo=UTC))
    attempts, periods = await subscribed.attempts(), await subscribed.periods()
    assert [one.due_at.strftime("%m-%d %H") for one in attempts] == [
        "06-01 10", "06-03 10", "06-08 10", "06-15 10", "06-22 10",
    ]  # fmt: skip
    assert {one.outcome for one in attempts} == {AttemptOutcome.FAILED}
    assert (await subscribed.now()).status is _S.UNPAID
    assert [one.status for one in periods] == [PeriodStatus.PAID, PeriodStatus.FAILED]


async def test_a_plan_can_end_what_stays_unpaid(world: World) -> None:
    subscribed = await from_june(world, dunning_outcome=DunningOutcome.CANCEL)
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(datetime(2027, 6, 22, 10, tzinfo=UTC) + MOMENT)
    assert (await subscribed.now()).status is _S.CANCELED


@pytest.mark.parametrize(
    ("time_zone", "hour"), [("Asia/Tokyo", "02:30"), ("Europe/Paris", "02:30"), ("America/New_York", "02:30")]
)
async def test_billing_invariant_2_a_year_from_day_31(world: World, time_zone: str, hour: str) -> None:
    """A clock that slept through it opens all periods in order, one transaction each."""
    begun = datetime.fromisoformat(f"2027-01-31T{hour}:00+00:00")
    world.clock.advance(begun - world.clock.now())
    subscribed = await subscribe(world, await make_plan(world), time_zone=time_zone)
    await move_to(world, datetime(2028, 2, 10, tzinfo=UTC))
    periods = await subscribed.periods()
    assert [one.number for one in periods] == list(range(13))
    assert all(one.status is PeriodStatus.PAID for one in periods)
    assert all(earlier.period_end == later.period_start for earlier, later in pairwise(periods))
    anchor = (await subscribed.now()).anchor
    assert [one.period_start for one in periods] == [anchor.start_of(k) for k in range(13)]


async def test_billing_invariant_2_running_the_clock_twice_changes_nothing(world: World) -> None:
    subscribed = await from_june(world)
    await move_to(world, JUNE + MOMENT)
    before = (await subscribed.now()).version, [one.version for one in await subscribed.periods()]
    await world.settle()
    assert before == ((await subscribed.now()).version, [one.version for one in await subscribed.periods()])


async def test_a_trial_is_told_of_three_days_before_it_ends_and_then_paid(world: World) -> None:
    price = await make_plan(world, trial_days=14)
    subscribed = await subscribe(world, price)
    trial = await subscribed.now()
    assert trial.status is _S.TRIALING
    assert trial.trial_ends_at is not None
    assert await subscribed.periods() == []
    await move_to(world, trial.trial_ends_at - timedelta(days=3))
    assert (await subscribed.now()).trial_noticed_at is not None
    await move_to(world, trial.trial_ends_at)
    paid, periods = await subscribed.now(), await subscribed.periods()
    assert paid.status is _S.ACTIVE
    assert [(one.number, one.period_start) for one in periods] == [(0, trial.trial_ends_at)]


async def test_a_trial_without_a_method_ends_as_the_plan_says(world: World) -> None:
    for trial_end, status in ((TrialEnd.PAUSE, _S.PAUSED), (TrialEnd.CANCEL, _S.CANCELED)):
        price = await make_plan(world, trial_days=2, trial_end=trial_end)
        subscribed = await subscribe(world, price, token=None)
        await subscribed.live_until(world.clock.now() + timedelta(days=3))
        assert (await subscribed.now()).status is status


async def test_a_trial_whose_charge_fails_has_no_grace(world: World) -> None:
    price = await make_plan(world, trial_days=7)
    subscribed = await subscribe(world, price, token="sim_decline")
    await subscribed.live_until(world.clock.now() + timedelta(days=8))
    behind = await subscribed.now()
    assert (behind.status, behind.grace_days) == (_S.PAST_DUE, 0)
    assert behind.access_ends_at == behind.past_due_at


async def test_a_second_trial_of_the_same_product_is_not_given(world: World) -> None:
    price = await make_plan(world, trial_days=7, trial_end=TrialEnd.CANCEL)
    first = await subscribe(world, price, token=None)
    await first.live_until(world.clock.now() + timedelta(days=8))
    again = await subscribe(world, price, buyer=first.buyer)
    assert (await again.now()).status is _S.ACTIVE
    assert (await again.now()).trial_ends_at is None


async def test_a_second_trial_is_not_given_to_whoever_has_changed_to_another_plan_since(world: World) -> None:
    tried, better = await make_plan(world, trial_days=7, rank=100), await make_plan(world, trial_days=7, rank=101)
    first = await subscribe(world, tried)
    await first.live_until(world.clock.now() + timedelta(days=8))
    await change(first, better)
    await world.settle()
    assert (await first.now()).product_id == better.product_id
    key, named = world.key(), global_id("BillingSubscription", first.id)
    await first.buyer.do("cancelSubscription", "replayed", subscriptionId=named, when="NOW", idempotencyKey=key)
    again = await subscribe(world, tried, buyer=first.buyer)
    assert ((await again.now()).status, (await again.now()).trial_ends_at) == (_S.ACTIVE, None)


async def test_what_is_free_runs_without_a_provider_and_without_an_invoice(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, price_minor=0), token=None)
    await subscribed.live_until(world.clock.now() + timedelta(days=40))
    periods = await subscribed.periods()
    assert [one.status for one in periods] == [PeriodStatus.PAID] * 2
    assert [one.invoice_id for one in periods] == [None, None]


async def test_nobody_pays_within_23_hours(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world), token="sim_decline")
    assert (await subscribed.now()).status is _S.INCOMPLETE
    await move_to(world, world.clock.now() + timedelta(hours=23))
    assert (await subscribed.now()).status is _S.INCOMPLETE_EXPIRED


async def test_a_method_that_was_lost_is_not_tried_again_until_there_is_another(world: World) -> None:
    subscribed = await from_june(world)
    await pay_with(subscribed.buyer, "sim_expired")
    await subscribed.live_until(datetime(2027, 6, 4, tzinfo=UTC))
    await pay_with(subscribed.buyer, "sim_ok")
    await subscribed.live_until(datetime(2027, 6, 9, tzinfo=UTC))
    outcomes = [one.outcome for one in await subscribed.attempts()]
    assert outcomes[-1] is AttemptOutcome.SUCCEEDED
    assert {one.trigger for one in await subscribed.attempts()} == {AttemptTrigger.SCHEDULE}
