"""Rounds: in each, every read is asked of every server, in an order that is shuffled anew."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.costs import cpu_seconds
from bench.driving import ask, drive
from bench.reads import Read
from bench.servers import Running


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how hard each server is driven."""

    rounds: int
    seconds: float
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Entrant:
    """A server under a label: one of them enters twice, to show how much two measurements of the same thing differ."""

    label: str
    running: Running


@dataclass(frozen=True, slots=True)
class Sample:
    """One server in one round of one read."""

    read: str
    label: str
    round: int
    rate: float
    median_ms: float
    server_cpu_us: float
    database_cpu_us: float
    driver_cpu_us: float


@dataclass(frozen=True, slots=True)
class Course:
    """A read as one entrant is asked it, with the lengths of the answers that were checked."""

    read: Read
    entrant: Entrant
    requests: Sequence[bytes]
    lengths: Sequence[int]


async def course_of(read: Read, entrant: Entrant) -> tuple[Course, list[bytes]]:
    """Asks everything twice: some servers prepare themselves for what they are asked again. With the second answers."""
    requests = read.requests(entrant.running.server.dialect)
    await ask(entrant.running.port, requests)
    bodies = await ask(entrant.running.port, requests)
    return Course(read, entrant, requests, [len(body) for body in bodies]), bodies


async def sampled(courses: Sequence[Course], pace: Pace, driver: int, database: int) -> list[Sample]:
    """Runs all rounds; the process ids are those of this driver and of PostgreSQL."""
    samples = []
    shuffle = random.Random(1)
    for number in range(pace.rounds):
        order = list(courses)
        shuffle.shuffle(order)
        for course in order:
            samples.append(await _sample(course, pace, number, driver, database))
    return samples


async def _sample(course: Course, pace: Pace, number: int, driver: int, database: int) -> Sample:
    entrant = course.entrant
    processes = (entrant.running.pid, database, driver)
    before = [cpu_seconds(one) for one in processes]
    driven = await drive(
        entrant.running.port, course.requests, course.lengths, connections=pace.connections, seconds=pace.seconds
    )
    used = [cpu_seconds(one) - start for one, start in zip(processes, before, strict=True)]
    server, postgres, own = (seconds / driven.requests * 1e6 for seconds in used)
    return Sample(
        course.read.name,
        entrant.label,
        number,
        driven.requests / driven.seconds,
        statistics.median(driven.latencies) * 1e3,
        server,
        postgres,
        own,
    )
