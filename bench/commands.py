"""`python -m bench`: builds the data, starts the servers, checks that they agree, drives them, reports."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.answers import AnswersDiffer, meaning_of, require_same
from bench.costs import memory_of
from bench.data import FULL_SIZE, UnsoundData, counts, ensure_data
from bench.driving import WrongAnswer
from bench.reads import Read, reads_of
from bench.report import AGAIN, MILEPOST, Measured, memory_table, table, verdicts
from bench.rounds import Course, Entrant, Pace, course_of, sampled
from bench.servers import SERVERS, DoesNotStart, Running, Server, running
from bench.statements import logged, statements_of
from server.embedded import EmbeddedPostgres

QUICK_SIZE = 200
QUICK = Pace(rounds=1, seconds=0.3)
_COUNTED_REQUESTS = 9


def main(arguments: Sequence[str]) -> int:
    chosen = _parsed(arguments)
    try:
        with EmbeddedPostgres(_data_dir()) as postgres:
            return uvloop.run(_bench(chosen, postgres))
    except (DoesNotStart, AnswersDiffer, WrongAnswer, UnsoundData) as error:
        print(error, file=sys.stderr)
        return 1


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Milepost, its peers and the limit.")
    names = [server.name for server in SERVERS]
    parser.add_argument(
        "--only", metavar="NAMES", type=lambda text: text.split(","), default=names, help=", ".join(names)
    )
    parser.add_argument(
        "--reads", metavar="NAMES", type=lambda text: text.split(","), default=["point", "list", "balance"]
    )
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=2.0, help="for which each server is driven in a round")
    parser.add_argument("--gigs", type=int, default=FULL_SIZE, help="the size of the data")
    parser.add_argument("--quick", action="store_true", help="little data, one short round: whether all of it works")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.only) - set(names):
        parser.error(f"There is no {', '.join(sorted(unknown))}: choose from {', '.join(names)}.")
    if chosen.quick:
        chosen.gigs, chosen.rounds, chosen.seconds = QUICK_SIZE, QUICK.rounds, QUICK.seconds
    return chosen


def _data_dir() -> Path:
    """Kept, because building the data takes longer than a run."""
    return Path(tempfile.gettempdir(), f"milepost-bench-{os.geteuid()}")


async def _bench(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> int:
    url = await ensure_data(postgres.url, chosen.gigs)
    print(", ".join(f"{number:,} {table}" for table, number in (await counts(url)).items()), flush=True)
    reads = await reads_of(url, chosen.reads)
    servers = [server for server in SERVERS if server.name in chosen.only]
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with running(servers, url, Path(folder)) as started:
            measured = await _measured(reads, started, Pace(chosen.rounds, chosen.seconds), postgres)
    print(table(measured), memory_table(measured), "\n".join(verdicts(measured)), sep="\n\n")
    return 0


async def _measured(
    reads: Sequence[Read], started: Sequence[Running], pace: Pace, postgres: EmbeddedPostgres
) -> Measured:
    entrants = [Entrant(one.server.name, one) for one in started]
    courses = [course for read in reads for course in await _checked(read, entrants)]
    log = postgres.directory.log
    async with logged(postgres.url):
        statements = {
            (one.read.name, one.entrant.label): await statements_of(
                one.entrant.running.port, one.requests[:_COUNTED_REQUESTS], log
            )
            for one in courses
        }
    twins = [_again(one) for one in courses if one.entrant.label == MILEPOST]
    statements |= {(one.read.name, AGAIN): statements[one.read.name, MILEPOST] for one in twins}
    postmaster = postgres.directory.read_postmaster()
    assert postmaster is not None
    samples = await sampled([*courses, *twins], pace, os.getpid(), postmaster.pid)
    titles = {one.server.name: one.server.title for one in started} | ({AGAIN: "Milepost again (A/A)"} if twins else {})
    memory = {one.server.name: memory_of(one.pid) for one in started}
    return Measured({read.name: read.title for read in reads}, titles, samples, statements, memory)


async def _checked(read: Read, entrants: Sequence[Entrant]) -> list[Course]:
    """The read as all entrants are asked it; raises AnswersDiffer where they do not say the same."""
    asked = [await course_of(read, entrant) for entrant in entrants]
    meanings = [
        [meaning_of(body, course.entrant.running.server.dialect) for body in bodies] for course, bodies in asked
    ]
    require_same(read.name, [one.running.server.title for one in entrants], meanings)
    return [course for course, _ in asked]


def _again(course: Course) -> Course:
    return Course(course.read, Entrant(AGAIN, course.entrant.running), course.requests, course.lengths)
