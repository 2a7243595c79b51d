"""Kills at random moments: a process of a fleet without a word, or all connections of its database; and new starts."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import asyncpg

from bench.fleet import Fleet
from bench.servers import PATIENCE_SECONDS
from bench.traffic import Failure

AFTERMATH_SECONDS = 3
"""What fails until so long after everything is there again was still due to the kill: the proxy has to notice, too."""
_PAUSES = 2.0, 8.0
"""Between two kills, in seconds."""
_LONGEST_ABSENCE = 2.0
_LEADER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND a.application_name LIKE 'milepost relay %'
    AND a.datname = current_database()
"""
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Kind(Enum):
    """What is killed."""

    WORKER = "a worker"
    LEADER = "the worker that is the relay"
    REPLICA = "a replica"
    BROKER = "the broker"
    EMPTY_BROKER = "the broker, with all that it knew"
    CONNECTIONS = "all connections of the database"


EXCUSES = (Kind.REPLICA, Kind.CONNECTIONS)
"""What requests may fail for: nobody can answer one whose process is gone, or whose transaction is."""


@dataclass(slots=True)
class Kill:
    """From when until when something was away; on the monotonic clock."""

    kind: Kind
    began: float
    ended: float = float("inf")

    def excuses(self, failure: Failure) -> bool:
        return failure.asked <= self.ended + AFTERMATH_SECONDS and failure.ended >= self.began


@dataclass(slots=True)
class Killer:
    """Kills one after the other, so that whatever is killed is there again before the next."""

    fleet: Fleet
    database_url: str
    lot: random.Random
    kills: list[Kill] = field(default_factory=list)

    async def run(self, seconds: float) -> None:
        """Every kind comes before any comes again."""
        ends_at, kinds = time.monotonic() + seconds, list[Kind]()
        while time.monotonic() < ends_at:
            await asyncio.sleep(self.lot.uniform(*_PAUSES))
            kinds = kinds or self.lot.sample(list(Kind), len(Kind))
            await self.kill(kinds.pop())

    async def kill(self, kind: Kind) -> None:
        kill = Kill(kind, time.monotonic())
        self.kills.append(kill)
        await _WAYS[kind](self)
        kill.ended = time.monotonic()

    async def absence(self) -> None:
        """How long something is away before it is started again."""
        await asyncio.sleep(self.lot.uniform(0, _LONGEST_ABSENCE))


def excused(failures: Sequence[Failure], kills: Sequence[Kill]) -> Mapping[Kind | None, list[Failure]]:
    """What failed, by the kind of the kill that it failed for; None for what failed while all was well."""
    found: dict[Kind | None, list[Failure]] = {}
    for failure in failures:
        kinds = {kill.kind for kill in kills if kill.excuses(failure)}
        blamed = next((one for one in EXCUSES if one in kinds), None)
        found.setdefault(blamed, []).append(failure)
    return found


async def _worker(killer: Killer) -> None:
    await _kill_worker(killer, killer.lot.randrange(len(killer.fleet.working)))


async def _leader(killer: Killer) -> None:
    """Whoever holds the lock at this moment; just after a kill of all connections nobody may."""
    numbers = {one.pid: number for number, one in killer.fleet.working.items()}
    connection = await asyncpg.connect(killer.database_url)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                name = await connection.fetchval(_LEADER)
                if name is not None and (number := numbers.get(int(name.split()[-1]))) is not None:
                    break
                await asyncio.sleep(0.05)
    finally:
        await connection.close()
    await _kill_worker(killer, number)


async def _kill_worker(killer: Killer, number: int) -> None:
    await killer.fleet.kill_worker(number)
    await killer.absence()
    await killer.fleet.start_worker(number)


async def _replica(killer: Killer) -> None:
    port = killer.lot.choice(killer.fleet.ports)
    await killer.fleet.kill_replica(port)
    await killer.absence()
    await killer.fleet.start_replica(port)


async def _broker(killer: Killer, *, forgets: bool = False) -> None:
    await killer.fleet.kill_broker(forgets=forgets)
    await killer.absence()
    await killer.fleet.start_broker()


async def _empty_broker(killer: Killer) -> None:
    await _broker(killer, forgets=True)


async def _connections(killer: Killer) -> None:
    connection = await asyncpg.connect(killer.database_url)
    try:
        await connection.execute(_CUT)
    finally:
        await connection.close()


_WAYS: Mapping[Kind, Callable[[Killer], Awaitable[None]]] = {
    Kind.WORKER: _worker,
    Kind.LEADER: _leader,
    Kind.REPLICA: _replica,
    Kind.BROKER: _broker,
    Kind.EMPTY_BROKER: _empty_broker,
    Kind.CONNECTIONS: _connections,
}
