"""Runs at set times: once for each time among all workers, made up for, tried again, taken over."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select

from domain.scheduled_runs import LEASE, ScheduledRun, ScheduledRunStatus
from jobs import worker
from jobs.scheduled_runs import keep
from persistence.database import Database
from persistence.tables.operations import scheduled_runs, workers
from tests.makers.operations import make_run
from tests.makers.rows import rows
from tests.world import World

_S = ScheduledRunStatus


class Anchor:
    """A job that notes its turns, and does what each turn says."""

    def __init__(self, *turns: int | Exception) -> None:
        self.turns, self.at = list(turns), list[datetime]()

    async def __call__(self, database: Database, now: datetime) -> int:
        self.at.append(now)
        turn = self.turns.pop(0) if self.turns else 0
        if isinstance(turn, Exception):
            raise turn
        return turn


async def runs(world: World) -> list[ScheduledRun]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(ScheduledRun).order_by(scheduled_runs.c.scheduled_for)))


async def test_a_time_is_run_once_however_many_workers_there_are(world: World) -> None:
    anchor = Anchor(2, 3)
    now = world.clock.now()
    done = await asyncio.gather(*(keep(world.database, {"audit.anchor": anchor}, {}, now) for _ in range(5)))
    assert sum(done) == 1
    [run] = await runs(world)
    assert (run.name, run.status, run.attempts, run.handled, run.next_at) == ("audit.anchor", _S.SUCCEEDED, 1, 5, None)
    assert (run.scheduled_for.hour, run.scheduled_for.minute, run.scheduled_for <= now) == (0, 5, True)
    assert await keep(world.database, {"audit.anchor": anchor}, {}, now + timedelta(minutes=1)) == 0
    assert len(anchor.at) == 3


async def test_of_days_that_were_missed_the_last_is_made_up_for(world: World) -> None:
    anchor, entered = Anchor(), dict[str, datetime]()
    now = world.clock.now()
    assert await keep(world.database, {"audit.anchor": anchor}, entered, now) == 1
    assert await keep(world.database, {"audit.anchor": anchor}, entered, now + timedelta(days=3)) == 1
    first, second = await runs(world)
    assert second.scheduled_for - first.scheduled_for == timedelta(days=3)


async def test_a_run_that_fails_is_tried_again_and_says_why(world: World) -> None:
    anchor, entered = Anchor(4, ConnectionError("no storage")), dict[str, datetime]()
    now = world.clock.now()
    await keep(world.database, {"audit.anchor": anchor}, entered, now)
    [run] = await runs(world)
    assert (run.status, run.error, run.next_at) == (
        _S.FAILED,
        "ConnectionError: no storage",
        now + timedelta(seconds=10),
    )
    assert await keep(world.database, {"audit.anchor": anchor}, entered, now + timedelta(seconds=9)) == 0
    assert await keep(world.database, {"audit.anchor": anchor}, entered, now + timedelta(seconds=10)) == 1
    [run] = await runs(world)
    assert (run.status, run.error, run.attempts) == (_S.SUCCEEDED, None, 2)


async def test_a_run_whose_worker_has_died_is_taken_by_another(world: World) -> None:
    died = asyncio.Event()

    async def die(database: Database, now: datetime) -> int:
        died.set()
        await asyncio.Event().wait()
        return 0

    now, anchor = world.clock.now(), Anchor(1)
    process = asyncio.create_task(keep(world.database, {"audit.anchor": die}, {}, now))
    await died.wait()
    process.cancel()
    await asyncio.gather(process, return_exceptions=True)
    assert await keep(world.database, {"audit.anchor": anchor}, {}, now + LEASE - timedelta(seconds=1)) == 0
    assert await keep(world.database, {"audit.anchor": anchor}, {}, now + LEASE) == 1
    [run] = await runs(world)
    assert (run.status, run.attempts, run.handled) == (_S.SUCCEEDED, 2, 1)


async def test_a_worker_runs_what_was_asked_for_and_leaves_set_times_to_the_schedule(world: World) -> None:
    anchor, stop = Anchor(1), asyncio.Event()
    await make_run(world)
    running = asyncio.create_task(
        worker.run(world.database, world.clock.now, stop, timers=(("audit.anchor", anchor),), reactions={})
    )
    async with asyncio.timeout(20):
        while [run.status for run in await runs(world)] != [_S.SUCCEEDED, _S.SUCCEEDED]:
            await asyncio.sleep(0.02)
    assert await rows(world, select(workers.c.type)) in ([("RELAY",)], [("WORKER",)])
    stop.set()
    await running
    assert sorted(run.handled for run in await runs(world) if run.handled is not None) == [0, 1]
    assert await rows(world, select(workers.c.type)) == []
