"""What owners hear of credits whose time is nearly over."""

from datetime import timedelta

from tests.makers.credit_holders import holder
from tests.makers.identity import letters
from tests.world import World


async def test_owners_hear_once_a_week_before_of_lots_that_are_worth_it(world: World) -> None:
    found = await holder(world)
    ends = world.clock.now() + timedelta(days=20)
    await found.given(10, expiresAt=ends.isoformat())
    await found.given(9, expiresAt=ends.isoformat())
    world.clock.advance(timedelta(days=12, hours=23))
    await world.settle()
    assert letters(world) == []

    world.clock.advance(timedelta(hours=2))
    await world.settle()
    world.clock.advance(timedelta(days=1))
    await world.settle()

    [letter] = letters(world)
    assert letter["Subject"] == "Credits expire soon"
    assert f"10 credits of Northwind at Milepost expire on {ends:%-d %B %Y}" in letter.get_content()
