"""The worker: timers that do not disturb each other, a jump of the clock walked in order, a graceful end."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.scheduled_runs import SCHEDULE
from jobs import worker
from jobs.pace import MAX_STRIDES, STRIDE, Pace
from jobs.timers import PROMPT, SELDOM, TIMERS
from persistence.database import Database
from tests.world import World

START = datetime(2026, 3, 1, tzinfo=UTC)


async def test_a_failing_timer_stops_no_other_and_gets_its_next_turn(world: World) -> None:
    turns = list[str]()

    async def fail(database: Database, now: datetime) -> int:
        turns.append("fail")
        raise ConnectionError

    async def work(database: Database, now: datetime) -> int:
        turns.append("work")
        return 1 if len(turns) < 6 else 0

    stop = asyncio.Event()
    running = asyncio.create_task(
        worker.run(world.database, world.clock.now, stop, timers=(("fail", fail), ("work", work)))
    )
    async with asyncio.timeout(5):
        while len(turns) < 6:
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert turns == ["fail", "work"] * 3


async def test_a_seldom_timer_with_nothing_to_do_looks_again_a_minute_later_and_one_with_more_at_once(
    world: World,
) -> None:
    seldom, often = list[datetime](), list[datetime]()

    async def forget(database: Database, now: datetime) -> int:
        seldom.append(now)
        return 1 if len(seldom) == 1 else 0

    async def work(database: Database, now: datetime) -> int:
        often.append(now)
        return 1

    async def turns(number: int) -> None:
        so_far = len(often)
        async with asyncio.timeout(5):
            while len(often) < so_far + number:
                await asyncio.sleep(0.01)

    stop, timers = asyncio.Event(), (("credentials.forget", forget), ("work", work))
    running = asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=timers))
    await turns(4)
    assert len(seldom) == 2
    world.clock.advance(worker.SELDOM_AFTER)
    await turns(2)
    stop.set()
    await running
    assert len(seldom) == 3
    assert seldom[2] - seldom[1] >= worker.SELDOM_AFTER


def test_every_prompt_and_every_seldom_timer_is_one_and_none_is_both() -> None:
    assert {name for name, _ in TIMERS} >= PROMPT | SELDOM
    assert not PROMPT & SELDOM
    assert not SCHEDULE.keys() & (PROMPT | SELDOM)


async def test_stopping_lets_the_job_at_work_end(world: World) -> None:
    begun, ended = asyncio.Event(), list[bool]()

    async def work(database: Database, now: datetime) -> int:
        begun.set()
        await asyncio.sleep(0.3)
        ended.append(True)
        return 0

    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=(("work", work),)))
    await begun.wait()
    stop.set()
    await running
    assert ended == [True]


async def test_after_a_jump_of_the_clock_timers_see_every_hour_on_the_way_in_order(world: World) -> None:
    instants = list[datetime]()

    async def note(database: Database, now: datetime) -> int:
        instants.append(now)
        return 0

    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=(("note", note),)))
    while not instants:
        await asyncio.sleep(0.01)
    world.clock.advance(timedelta(hours=5, minutes=30))
    target = world.clock.now()
    async with asyncio.timeout(5):
        while instants[-1] < target:
            await asyncio.sleep(0.01)
    stop.set()
    await running
    steps = [later - earlier for earlier, later in pairwise(instants)]
    assert len([step for step in steps if step == STRIDE]) == 5
    assert instants == sorted(instants)


def test_a_walk_is_one_step_unless_the_clock_has_jumped() -> None:
    now = START
    pace = Pace(lambda: now)
    now += timedelta(seconds=1)
    assert list(pace.walk()) == [now]
    now += timedelta(hours=2, minutes=30)
    walked = [(instant, pace.now(), pace.is_catching_up) for instant in pace.walk()]
    first = START + timedelta(seconds=1) + STRIDE
    assert walked == [(first, first, True), (first + STRIDE, first + STRIDE, True), (now, now, False)]


def test_a_jump_of_years_is_walked_in_a_bounded_number_of_steps() -> None:
    now = START
    pace = Pace(lambda: now)
    now += timedelta(days=3650)
    walked = list(pace.walk())
    assert len(walked) == MAX_STRIDES
    assert (walked[-1], pace.is_catching_up) == (now, False)


async def test_settling_ends_only_when_nothing_is_left_and_says_when_that_never_comes(world: World) -> None:
    left = 3

    async def work(database: Database, now: datetime) -> int:
        nonlocal left
        left = max(left - 1, 0)
        return left

    async def forever(database: Database, now: datetime) -> int:
        return 1

    await worker.settle(world.database, world.clock.now, timers=(("work", work),))
    assert left == 0
    with pytest.raises(RuntimeError, match="never comes to an end"):
        await worker.settle(world.database, world.clock.now, timers=(("forever", forever),))
