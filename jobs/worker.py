"""The worker: relay, reactions and timers, each in a loop of its own, until somebody asks it to stop."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from domain.bus import Bus
from domain.ids import new_id
from domain.scheduled_runs import SCHEDULE
from jobs import relay, scheduled_runs, webhook_sending
from jobs.pace import Pace
from jobs.reactions import REACTIONS, Reactions
from jobs.timers import PROMPT, SELDOM, TIMERS, Job, Timers
from persistence import positions, workers
from persistence.database import Database

IDLE_SECONDS = 0.05
"""How often an idle relay looks for new events, with one cheap query."""
TICK_SECONDS = 1.0
AGAIN_AFTER, SELDOM_AFTER = timedelta(seconds=10), timedelta(minutes=1)
"""When timers that have found nothing due look again, unless they are prompt: of the platform's clock, so that whoever
moves it need not wait."""
AFRESH_SECONDS = 1.0
"""After an error of the relay, before it, or another that waits, takes the lead."""
JOB_SECONDS = 120
BEAT_SECONDS = 10.0
"""How often a worker says that it lives."""
MAX_ROUNDS = 1000

log = logging.getLogger(__name__)


async def run(
    database: Database,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    *,
    reactions: Reactions = REACTIONS,
    timers: Timers = TIMERS,
    bus: Bus | None = None,
) -> None:
    """Works until `stop` is set, then ends what it is doing and returns. Any number of workers may run at once."""
    await Worker(database, Pace(now), stop, reactions, timers, bus).run()


async def settle(
    database: Database,
    now: Callable[[], datetime],
    *,
    reactions: Reactions = REACTIONS,
    timers: Timers = TIMERS,
) -> None:
    """Does everything that is due until nothing is left. A failing timer raises; a failing reaction waits its time."""
    for _ in range(MAX_ROUNDS):
        handled = await relay.place(database, now(), reactions) + await relay.react(database, now(), reactions)
        for _, job in timers:
            handled += await job(database, now())
        handled += await webhook_sending.send_due(database, now())
        if handled == 0:
            return
    raise RuntimeError(f"there is still work to do after {MAX_ROUNDS} rounds: some timer never comes to an end")


@dataclass(slots=True)
class Worker:
    """One worker of any number. They share the timers' work; one of them is the active relay, the others stand by."""

    database: Database
    pace: Pace
    stop: asyncio.Event
    reactions: Reactions
    timers: Timers
    bus: Bus | None
    _not_before: dict[str, datetime] = field(default_factory=dict)
    """When timers that are not prompt look again."""
    _entered: scheduled_runs.Entered = field(default_factory=dict)
    _leads: bool = False
    placed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when events have got their positions, so that their reactions follow at once."""

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lead())
            group.create_task(self._react())
            group.create_task(self._keep_time())
            group.create_task(self._beat())
            group.create_task(webhook_sending.Sender(self.database, self.pace.now).run(self.stop))

    async def _beat(self) -> None:
        """Says every few seconds that it lives, for operators; nothing depends on it."""
        me, host = new_id(), socket.gethostname()
        while not self.stop.is_set():
            with suppress(Exception):
                await workers.beat(self.database, me, "RELAY" if self._leads else "WORKER", host)
            await self._pause(BEAT_SECONDS)
        with suppress(Exception):
            await workers.leave(self.database, me)

    async def _lead(self) -> None:
        """Becomes the active relay as soon as there is none; after an error it gives the lead back and starts over."""
        while not self.stop.is_set():
            try:
                async with positions.leadership(self.database) as connection:
                    self._leads = connection is not None
                    if connection is not None:
                        await self._place(connection)
            except Exception:
                log.exception("the relay failed and starts over")
                self._leads = False
                await self._pause(AFRESH_SECONDS)

    async def _place(self, connection: asyncpg.Connection) -> None:
        while not self.stop.is_set():
            # Asked through the connection that holds the lock, so that losing the lead is noticed at once.
            if not await positions.is_waiting(connection):
                await self._pause(IDLE_SECONDS)
            elif await relay.place(self.database, self.pace.now(), self.reactions, self.bus):
                self.placed.set()
        self.placed.set()

    async def _react(self) -> None:
        """While this is the relay, beside giving positions: a slow reaction must not keep live updates waiting. What is
        begun is ended even where the lead is lost meanwhile, as nobody else takes it up before its time."""
        while not self.stop.is_set():
            self.placed.clear()
            if not (self._leads and await self._reacted()):
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_SECONDS):
                        await self.placed.wait()

    async def _reacted(self) -> int:
        try:
            return await relay.react(self.database, self.pace.now(), self.reactions)
        except Exception:
            log.exception("looking for reactions failed")
            return 0

    async def _keep_time(self) -> None:
        while not self.stop.is_set():
            handled = 0
            for instant in self.pace.walk():
                for name, job in self.timers:
                    if name not in SCHEDULE:
                        handled += await self._run_timer(name, job, instant)
                handled += await self._keep_schedule(instant)
                if self.stop.is_set():
                    return
                if self.pace.is_catching_up:
                    await self._follow_events(instant)
            await self._pause(IDLE_SECONDS if handled else TICK_SECONDS)

    async def _run_timer(self, name: str, job: Job, instant: datetime) -> int:
        """One turn of a job, if it is its turn; its failure is its own, and the next turn tries again."""
        if instant < self._not_before.get(name, instant):
            return 0
        try:
            async with asyncio.timeout(JOB_SECONDS):
                handled = await job(self.database, instant)
        except Exception:
            log.exception("the timer %s failed", name)
            return 0
        if not handled and name not in PROMPT:
            self._not_before[name] = instant + (SELDOM_AFTER if name in SELDOM else AGAIN_AFTER)
        return handled

    async def _keep_schedule(self, instant: datetime) -> int:
        """What runs at set times, once for each of them among all workers."""
        jobs = {name: job for name, job in self.timers if name in SCHEDULE}
        try:
            return await scheduled_runs.keep(self.database, jobs, self._entered, instant) if jobs else 0
        except Exception:
            log.exception("keeping the schedule failed")
            return 0

    async def _follow_events(self, instant: datetime) -> None:
        """What the timers of a stride set off happens before the next stride."""
        try:
            while await relay.place(self.database, instant, self.reactions, self.bus) + await relay.react(
                self.database, instant, self.reactions
            ):
                pass
        except Exception:
            log.exception("following events failed; the relay goes on with them")

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stop.wait()
