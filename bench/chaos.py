"""Whether anything is lost while everything that can be killed is killed, under load, and what it costs people."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.fleet import fleet
from bench.hooks import Receiver, receiving
from bench.kills import Kill, Killer, Kind, excused
from bench.tables import table
from bench.traffic import Failure, Load, Traffic, signed_in, traffic
from bench.verdicts import Lost, never_arrived, until_calm, wrongs
from server.seed import STAFF_EMAIL

FULL = Load(readers=10, writers=6, sockets=100, reads=40, writes=3)
_CALM_SECONDS = 120
"""For what is under way to arrive at subscribers once nothing new happens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run, with all that was wrong at its end."""

    seed: int
    seconds: float
    load: Load
    kills: Sequence[Kill]
    traffic: Traffic
    receiver: Receiver
    wrongs: Sequence[str]
    never_arrived: int
    """Charges that failed, and cost nothing, because their worker died before it sent them."""

    @property
    def failures(self) -> Mapping[Kind | None, list[Failure]]:
        """By the kind of the kill that they are due to."""
        return excused(self.traffic.failures, self.kills)


async def chaos(database_url: str, load: Load, *, seconds: float, seed: int) -> Outcome:
    """Kills at random moments, as the seed says, for so long; then waits until all is calm, and looks at everything."""
    print(f"Killing with the seed {seed} for {seconds:g} seconds ...", flush=True)
    lot = random.Random(seed)
    async with receiving(random.Random(seed)) as receiver, fleet(database_url, MILEPOST_LOCAL_WEBHOOKS="on") as them:
        killer = Killer(them, database_url, lot)
        async with traffic(them.url, load, calm_seconds=_CALM_SECONDS, hooks=receiver.url) as people:
            await killer.run(seconds)
            receiver.is_well.set()
        await until_calm(database_url, people, await signed_in(them.url, STAFF_EMAIL))
        found = await wrongs(database_url, people, receiver)
        unexcused = excused(people.failures, killer.kills).get(None, [])
        found += [f"a request failed though nothing that it needed was away: {one.why}" for one in unexcused[:5]]
        if found:
            them.is_suspect = True
            found.append(f"the logs are in {them.folder}")
    return Outcome(seed, seconds, load, killer.kills, people, receiver, found, await never_arrived(database_url))


async def survived(database_url: str, *, seconds: float, seed: int) -> str:
    """The report of a run in which nothing was lost; Lost otherwise."""
    outcome = await chaos(database_url, FULL, seconds=seconds, seed=seed)
    if outcome.wrongs:
        raise Lost("\n".join([f"With the seed {seed}:", *outcome.wrongs, "", report(outcome)]))
    return report(outcome)


def report(outcome: Outcome) -> str:
    load = outcome.load
    heading = (
        f"Chaos: {outcome.seconds / 60:g} minutes with the seed {outcome.seed}. Two replicas, two workers, NATS,"
        f" Traefik and one PostgreSQL; {load.reads:g} reads and {load.writes:g} writes a second, {load.sockets}"
        " sockets, and a receiver of webhooks that sometimes fails and sometimes hangs. Whoever got no answer to a"
        " write repeated it with the same key."
    )
    end = (
        "Afterwards every subscriber had heard every event once and in order, every webhook had arrived with one id and"
        " in the order of its object, no job was left or dead, every write that was answered was there once, and"
        " check-books found nothing."
        if not outcome.wrongs
        else "Not all of it survived."
    )
    return "\n\n".join([heading, table(_of_kills(outcome)), table(_of_counts(outcome)), end]) + "\n"


def _of_kills(outcome: Outcome) -> list[tuple[str, ...]]:
    times, failures = Counter(one.kind for one in outcome.kills), outcome.failures
    rows = [(kind.value, f"{times[kind]}", f"{len(failures.get(kind, []))}") for kind in Kind]
    return [("killed", "times", "requests failed for it"), *rows]


def _of_counts(outcome: Outcome) -> list[tuple[str, ...]]:
    people, receiver = outcome.traffic, outcome.receiver
    resumed = sum(one.connections - 1 for one in people.listeners)
    counts = {
        "requests answered": people.answered,
        "requests failed": len(people.failures),
        "writes repeated with their key": people.repeated,
        "events for each subscriber": people.events,
        "times that sockets came back": resumed,
        "feeds that ended on a living socket": sum(len(one.ended) for one in people.listeners),
        "webhooks": len(receiver.messages),
        "webhooks sent": receiver.requests,
        "of those again": receiver.requests - len(receiver.messages),
        "answered with 500": receiver.failed,
        "never answered": receiver.hung,
        "credits bought": len(people.purchases),
        "of those failed for nothing, as the charge was never sent": outcome.never_arrived,
    }
    return [("what", "number"), *((what, f"{number:,}") for what, number in counts.items())]
