"""What organizations are written about their subscriptions."""

from datetime import timedelta

from tests.makers.identity import letters
from tests.makers.subscriptions import make_plan, move_to, pay_with, subscribe
from tests.world import World


async def test_every_failed_attempt_is_told_with_a_link_to_pay_and_the_date_access_ends(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, name="Business"))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await subscribed.live_until(period_end + timedelta(days=3))
    told = [one for one in letters(world) if one["Subject"] == "Your payment for Business has failed"]
    assert len(told) == 2
    text = told[0].get_content()
    assert "/checkout/" in text
    access_ends_at = (await subscribed.now()).access_ends_at
    assert access_ends_at is not None
    assert f"your access ends on {access_ends_at:%d %B %Y at %H:%M} UTC" in text
    assert f"We try it again on {period_end + timedelta(days=2):%d %B %Y at %H:%M} UTC" in text


async def test_a_trial_that_is_about_to_end_is_told_once(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, name="Starter", trial_days=10))
    ends_at = (await subscribed.now()).trial_ends_at
    assert ends_at is not None
    await move_to(world, ends_at - timedelta(days=3))
    await move_to(world, ends_at - timedelta(days=1))
    told = [one for one in letters(world) if one["Subject"] == "Your trial of Starter is about to end"]
    assert len(told) == 1
