"""The platform clock through the API."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.permissions import StaffRole
from persistence.clock import read_ahead
from schema.scalars import show_instant
from server.clock import Clock
from tests.client import Client, Faulted
from tests.world import World

CLOCK = "clock { now aheadSeconds isSandbox }"


async def test_staff_move_the_clock_forward_and_every_process_agrees(world: World) -> None:
    staff = await world.staff()
    to = datetime.now(UTC) + timedelta(days=60)
    moved = (await staff.do("advanceClock", CLOCK, to=show_instant(to)))["clock"]
    assert to <= datetime.fromisoformat(moved["now"]) <= to + timedelta(minutes=1)
    assert int(moved["aheadSeconds"]) in range(60 * 86400 - 1, 60 * 86400 + 60)
    assert moved["isSandbox"] is True
    assert to <= world.clock.now() <= to + timedelta(minutes=1)

    other = Clock()
    async with other.following(world.database):
        assert abs(other.now() - world.clock.now()) < timedelta(seconds=1)
        await staff.do("advanceClock", CLOCK, to=show_instant(to + timedelta(days=1)))
        async with asyncio.timeout(5):
            while other.ahead < timedelta(days=60, hours=23):
                await asyncio.sleep(0.05)
    asked = (await staff.ask(f"{{ {CLOCK} }}"))["clock"]
    assert datetime.fromisoformat(asked["now"]) >= to + timedelta(days=1)


async def test_the_clock_never_goes_back_and_no_further_than_a_year(world: World) -> None:
    ahead = await read_ahead(world.database)
    staff = await world.staff()
    now = world.clock.now()
    for to in (now - timedelta(seconds=1), now + timedelta(days=367)):
        refusal = await staff.refused("advanceClock", to=show_instant(to))
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["to"])
    malformed = await staff.refused("advanceClock", to="tomorrow")
    assert (malformed["code"], malformed["path"]) == ("INVALID", ["to"])
    assert await read_ahead(world.database) == ahead


async def test_a_process_that_lags_behind_cannot_move_the_clock_back_either(world: World) -> None:
    staff = await world.staff()
    async with Client.serving(world.database, Clock()) as other:
        to = show_instant(world.clock.now() + timedelta(days=3))
        move = "mutation($to: DateTime!) { advanceClock(input: {to: $to}) { ... on Refusal { code path } } }"
        assert (await other.ask(move, staff.token, to=to))["advanceClock"] == {}
    refusal = await staff.refused("advanceClock", to=show_instant(world.clock.now() + timedelta(days=1)))
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["to"])


async def test_only_staff_of_operations_see_or_move_the_clock(world: World) -> None:
    ahead = await read_ahead(world.database)
    to = show_instant(world.clock.now() + timedelta(days=1))
    for person in (await world.client_side(), await world.staff(StaffRole.SUPPORT)):
        assert (await person.refused("advanceClock", to=to))["code"] == "FORBIDDEN"
        with pytest.raises(Faulted, match="FORBIDDEN"):
            await person.ask(f"{{ {CLOCK} }}")
    assert await read_ahead(world.database) == ahead


async def test_the_clock_of_production_stands_beyond_everybodys_reach(world: World) -> None:
    ahead = await read_ahead(world.database)
    staff = await world.staff()
    async with Client.serving(world.database, Clock(), is_sandbox=False) as production:
        to = show_instant(world.clock.now() + timedelta(days=1))
        move = "mutation($to: DateTime!) { advanceClock(input: {to: $to}) { ... on Refusal { code } } }"
        assert (await production.ask(move, staff.token, to=to))["advanceClock"] == {"code": "FORBIDDEN"}
        assert (await production.ask("{ clock { isSandbox } }", staff.token))["clock"] == {"isSandbox": False}
    assert await read_ahead(world.database) == ahead
