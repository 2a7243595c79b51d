"""The worker: relay, reactions and timers, each in a loop of its own, until somebody asks it to stop."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from domain.bus import Bus
from jobs import relay
from jobs.pace import Pace
from jobs.reactions import REACTIONS, Reactions
from jobs.timers import PROMPT, SELDOM, TIMERS, Job, Timers
from persistence import positions
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
    placed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when events have got their positions, so that their reactions follow at once."""

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lead())
            group.create_task(self._keep_time())

    async def _lead(self) -> None:
        """Becomes the active relay as soon as there is none; after an error it gives the lead back and starts over."""
        while not self.stop.is_set():
            try:
                async with positions.leadership(self.database) as connection:
                    if connection is not None:
                        await self._relay(connection)
            except Exception:
                log.exception("the relay failed and starts over")
                await self._pause(AFRESH_SECONDS)

    async def _relay(self, connection: asyncpg.Connection) -> None:
        """Positions and reactions side by side: a slow reaction must not keep live updates waiting."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._place(connection))
            group.create_task(self._react())

    async def _place(self, connection: asyncpg.Connection) -> None:
        while not self.stop.is_set():
            # Asked through the connection that holds the lock, so that losing the lead is noticed at once.
            if not await positions.is_waiting(connection):
                await self._pause(IDLE_SECONDS)
            elif await relay.place(self.database, self.pace.now(), self.reactions, self.bus):
                self.placed.set()
        self.placed.set()

    async def _react(self) -> None:
        while not self.stop.is_set():
            self.placed.clear()
            if not await relay.react(self.database, self.pace.now(), self.reactions):
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_SECONDS):
                        await self.placed.wait()

    async def _keep_time(self) -> None:
        while not self.stop.is_set():
            handled = 0
            for instant in self.pace.walk():
                for name, job in self.timers:
                    handled += await self._run_timer(name, job, instant)
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
