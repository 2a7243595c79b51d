"""Rounds: in each, every read is asked of every server, one after the other, in an order that is shuffled anew."""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.costs import cpu_seconds
from bench.driving import ask, drive
from bench.measured import Sample
from bench.reads import Read
from bench.servers import Running

_BEFORE = 3


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
class Course:
    """A read as one entrant is asked it, with the lengths of the answers that were checked."""

    read: Read
    entrant: Entrant
    requests: Sequence[bytes]
    lengths: Sequence[int]


async def course_of(read: Read, entrant: Entrant) -> tuple[Course, list[bytes]]:
    """With the answers to everything, after a few: some servers prepare themselves for what is asked again."""
    requests, port = read.requests(entrant.running.server.dialect), entrant.running.port
    await ask(port, requests[:_BEFORE])
    bodies = await ask(port, requests)
    return Course(read, entrant, requests, [len(body) for body in bodies]), bodies


async def sampled(courses: Sequence[Course], pace: Pace, database: int) -> list[Sample]:
    """Runs all rounds, and one before them that does not count: compilers and caches get warm.

    The process id is that of PostgreSQL.
    """
    shuffled = random.Random(1)
    reads = list(dict.fromkeys(course.read.name for course in courses))
    samples = []
    for number in range(1 + pace.rounds):
        print(f"Round {number} of {pace.rounds}", end="\r", file=sys.stderr, flush=True)
        for read in shuffled.sample(reads, len(reads)):
            entered = [course for course in courses if course.read.name == read]
            for course in shuffled.sample(entered, len(entered)):
                samples += [await _sample(course, pace, number, database)]
    return [sample for sample in samples if sample.round > 0]


async def _sample(course: Course, pace: Pace, number: int, database: int) -> Sample:
    entrant = course.entrant
    before = _cpu(entrant, database)
    driven = await drive(
        entrant.running.port, course.requests, course.lengths, connections=pace.connections, seconds=pace.seconds
    )
    server, postgres, client = (now - then for now, then in zip(_cpu(entrant, database), before, strict=True))
    return Sample(course.read.name, entrant.label, number, driven.seconds, driven.latencies, server, postgres, client)


def _cpu(entrant: Entrant, database: int) -> tuple[float, float, float]:
    """CPU seconds so far: of the server, of PostgreSQL, our own."""
    return cpu_seconds(entrant.running.pid), cpu_seconds(database), time.process_time()
