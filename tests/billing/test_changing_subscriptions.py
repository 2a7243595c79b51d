"""Changing subscriptions under a clock that is moved: what is charged, when it takes effect, what stays as it was."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.prices import Price, PriceInterval, PriceModel
from domain.refusals import RefusalCode, Refused
from domain.scheduled_changes import ScheduledChangeStatus
from domain.subscription_changes import ChangeTime, ProrationMode
from domain.subscription_periods import PeriodStatus
from tests.makers.subscription_changes import change, changes_of, finance, lines_of, make_plans, preview
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import World

_S = ScheduledChangeStatus
CREATE, INVOICE, NONE = ProrationMode.CREATE_PRORATIONS, ProrationMode.ALWAYS_INVOICE, ProrationMode.NONE
NOW = ChangeTime.NOW
JANUARY = datetime(2027, 1, 1, 9, tzinfo=UTC)


async def in_january(world: World, price: Price, quantity: int = 1) -> Subscribed:
    """A subscription from the morning of 1 January on; 21 of its 31 days are left."""
    world.clock.advance(JANUARY - world.clock.now())
    subscribed = await subscribe(world, price, time_zone="UTC", quantity=quantity)
    await ten_days_on(subscribed)
    return subscribed


async def ten_days_on(subscribed: Subscribed) -> None:
    start = (await subscribed.now()).current_period_start
    assert start is not None
    subscribed.world.clock.advance(start + timedelta(days=10) - subscribed.world.clock.now())


async def state_of(subscribed: Subscribed) -> tuple[Any, ...]:
    """All of the subscription and of its periods."""
    periods = [asdict(one) for one in await subscribed.periods()]
    return asdict(await subscribed.now()), periods


async def test_billing_example_5_proration_is_paid_before_the_upgrade_takes_effect(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    made = await change(subscribed, business)
    assert [line.amount_minor for line in made.lines] == [-1355, 3387]
    assert made.change.awaits_payment
    assert (await subscribed.now()).product_id == starter.product_id
    await world.settle()
    now, [period] = await subscribed.now(), await subscribed.periods()
    assert [one.status for one in await changes_of(subscribed)] == [_S.APPLIED]
    assert (now.product_id, period.terms.price_id) == (business.product_id, business.id)
    assert (now.current_period_start, now.current_period_end) == (period.period_start, period.period_end)


async def test_billing_rule_16_a_change_that_is_not_paid_leaves_all_as_it_was(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    await pay_with(subscribed.buyer, "sim_decline")
    before = await state_of(subscribed)
    await change(subscribed, business)
    await world.settle()
    assert [one.status for one in await changes_of(subscribed)] == [_S.FAILED]
    assert await state_of(subscribed) == before


async def test_billing_rule_14_a_downgrade_waits_for_the_periods_end(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, business)
    made = await change(subscribed, starter)
    end = (await subscribed.now()).current_period_end
    assert end is not None
    assert (made.change.status, made.change.effective_at, list(made.lines)) == (_S.PENDING, end, [])
    await move_to(world, end)
    first, second = await subscribed.periods()
    assert (first.terms.price_id, second.terms.price_id) == (business.id, starter.id)
    assert (second.amount_minor, second.status, second.period_start) == (2_000, PeriodStatus.PAID, end)
    assert [one.status for one in await changes_of(subscribed)] == [_S.APPLIED]


async def test_billing_rule_14_created_prorations_are_paid_with_the_next_period(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    await change(subscribed, business, mode=CREATE)
    now = await subscribed.now()
    assert (now.product_id, now.current_period_end) == (business.product_id, now.due_at)
    assert now.current_period_end is not None
    await move_to(world, now.current_period_end)
    _, second = await subscribed.periods()
    assert (second.amount_minor, second.status) == (5_000 + 2_032, PeriodStatus.PAID)
    assert {line.period_id for line in await lines_of(subscribed)} == {second.id}


async def test_billing_rule_14_what_is_given_back_lowers_later_charges_until_it_is_used_up(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, business)
    await change(subscribed, starter, mode=CREATE)
    await subscribed.live_until(datetime(2027, 4, 2, tzinfo=UTC))
    periods = await subscribed.periods()
    assert [one.amount_minor for one in periods] == [5_000, 0, 1_968, 2_000]
    assert all(one.status is PeriodStatus.PAID for one in periods)
    assert sum(line.amount_minor for line in await lines_of(subscribed)) == -2_032 - 32


async def test_billing_rule_14_what_a_new_period_leaves_over_lowers_later_charges(world: World) -> None:
    rank = 500
    month = await make_plan(world, rank=rank, price_minor=1_000, model=PriceModel.PER_SEAT)
    year = await make_plan(
        world, rank=rank + 1, price_minor=600, model=PriceModel.PER_SEAT, interval=PriceInterval.YEAR
    )
    subscribed = await in_january(world, month, quantity=10)
    made = await change(subscribed, year, quantity=2)
    back, charged = (line.amount_minor for line in made.lines)
    assert (charged, back + charged < 0) == (1_200, True)
    _, second = await subscribed.periods()
    assert (second.amount_minor, second.status) == (0, PeriodStatus.PAID)
    waiting = [line.amount_minor for line in await lines_of(subscribed) if line.period_id is None]
    assert waiting == [back + charged]


@pytest.mark.parametrize("mode", [CREATE, INVOICE])
async def test_billing_invariant_9_a_preview_has_the_very_lines_of_the_change(
    world: World, mode: ProrationMode
) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    quoted = await preview(subscribed, business, mode=mode)
    made = await change(subscribed, business, mode=mode)
    told = [(line.kind, line.description, line.quantity, line.amount) for line in quoted.lines]
    assert told == [(line.kind, line.description, line.quantity, line.amount) for line in made.lines]
    assert sum(line.amount_minor for line in await lines_of(subscribed)) == quoted.net.amount_minor
    assert await subscribed.now() is not None


async def test_billing_rule_14_only_staff_change_at_once_without_lines(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, business)
    with pytest.raises(Refused, match="Only staff"):
        await change(subscribed, starter, mode=NONE, effective=NOW)
    made = await change(subscribed, starter, by=await finance(subscribed), mode=NONE, effective=NOW)
    assert (made.change.status, list(made.lines)) == (_S.APPLIED, [])
    assert (await subscribed.now()).product_id == starter.product_id


async def test_a_newer_change_takes_the_place_of_one_that_waits(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, business)
    await change(subscribed, starter)
    await change(subscribed, starter)
    assert [one.status for one in await changes_of(subscribed)] == [_S.CANCELLED, _S.PENDING]


async def test_nothing_else_changes_while_a_change_is_being_paid(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    await change(subscribed, business)
    with pytest.raises(Refused, match="being paid") as refused:
        await change(subscribed, business, mode=CREATE)
    assert refused.value.code is RefusalCode.CONFLICT


async def test_a_change_that_waits_for_its_payer_ends_with_the_period_it_was_computed_for(world: World) -> None:
    starter, business = await make_plans(world)
    subscribed = await in_january(world, starter)
    end = (await subscribed.now()).current_period_end
    assert end is not None
    world.clock.advance(end - timedelta(minutes=5) - world.clock.now())
    await pay_with(subscribed.buyer, "sim_action")
    await change(subscribed, business)
    await world.settle()
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, end)
    assert [(one.status, one.failure) for one in await changes_of(subscribed)] == [(_S.FAILED, "PERIOD_ENDED")]
    _, second = await subscribed.periods()
    assert (second.terms.price_id, second.amount_minor) == (starter.id, 2_000)
