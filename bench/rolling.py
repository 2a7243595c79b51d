"""A release under load: one process after the other is replaced, and nobody notices."""

import asyncio
from dataclasses import dataclass

from bench.fleet import fleet
from bench.tables import table
from bench.traffic import Load, Traffic, signed_in, traffic
from bench.verdicts import Lost, until_calm, wrongs
from server.seed import STAFF_EMAIL

FULL = Load(readers=50, writers=4, sockets=200, reads=200, writes=1)
_SETTLING_SECONDS, _CALM_SECONDS = 2, 60


@dataclass(frozen=True, slots=True)
class Rolled:
    """A release: how processes have ended, and what became of those who used Milepost meanwhile."""

    codes: list[int]
    seconds: float
    traffic: Traffic
    wrongs: list[str]


async def rolled(database_url: str, load: Load) -> Rolled:
    """Replaces every replica and worker, one after the other."""
    clock = asyncio.get_running_loop().time
    async with fleet(database_url) as them:
        async with traffic(them.url, load, calm_seconds=_CALM_SECONDS) as people:
            began = clock()
            await asyncio.sleep(_SETTLING_SECONDS)
            codes = [await them.replace_replica(port) for port in them.ports]
            codes += [await them.replace_worker(number) for number in range(2)]
            await asyncio.sleep(_SETTLING_SECONDS)
            seconds = clock() - began
        await until_calm(database_url, people, await signed_in(them.url, STAFF_EMAIL))
        found = await wrongs(database_url, people, None)
    found += [f"a request failed: {one.why}" for one in people.failures[:5]]
    found += [f"a process ended with {code}" for code in codes if code]
    stayed = sum(one.connections < 2 for one in people.listeners)
    if stayed:
        found.append(f"{stayed} sockets were never asked to come back")
    return Rolled(codes, seconds, people, found)


async def unnoticed(database_url: str) -> str:
    """The report of a release that nobody noticed; Lost otherwise."""
    done = await rolled(database_url, FULL)
    if done.wrongs:
        raise Lost("\n".join(["A rolling restart was noticed:", *done.wrongs]))
    return _report(done)


def _report(done: Rolled) -> str:
    people = done.traffic
    asked = people.answered + len(people.failures)
    counts = {
        "requests answered": people.answered,
        "requests a second": round(asked / done.seconds),
        "requests failed": len(people.failures),
        "sockets": len(people.listeners),
        "times that sockets came back": sum(one.connections - 1 for one in people.listeners),
        "events, each heard once and in order by every socket": people.events,
    }
    heading = (
        f"Rolling restart: both replicas and both workers replaced one after the other in {done.seconds:.0f} seconds,"
        f" at {FULL.reads:g} reads and {FULL.writes:g} writes a second."
    )
    rows = [("what", "number"), *((what, f"{number:,}") for what, number in counts.items())]
    return f"{heading}\n\n{table(rows)}\n"
