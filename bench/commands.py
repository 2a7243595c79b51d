"""`python -m bench`: builds the data, starts the servers, compares them, reports."""

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.answers import AnswersDiffer
from bench.comparing import compare
from bench.data import FULL_SIZE, UnsoundData, counts, ensure_data
from bench.driving import WrongAnswer
from bench.reads import NAMES, reads_of
from bench.report import report
from bench.rounds import Pace
from bench.servers import SERVERS, DoesNotStart, running
from server.embedded import EmbeddedPostgres

_SERVERS = [server.name for server in SERVERS]
_QUICK = ["--gigs=200", "--rounds=1", "--seconds=0.2"]


def main(arguments: Sequence[str]) -> int:
    chosen = _parsed(arguments)
    try:
        with EmbeddedPostgres(_data_dir()) as postgres:
            text = uvloop.run(_compared(chosen, postgres))
    except (DoesNotStart, AnswersDiffer, WrongAnswer, UnsoundData) as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    if chosen.results is not None:
        command = shlex.join(["python", "-m", "bench", *arguments])
        chosen.results.write_text(
            f"# Results of the last run\n\nMade by `{command}`. [README.md](README.md) says how.\n\n{text}"
        )
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Compares Milepost, its peers and the limit.")
    parser.add_argument("--only", metavar="NAMES", type=_names, default=_SERVERS, help=", ".join(_SERVERS))
    parser.add_argument("--reads", metavar="NAMES", type=_names, default=NAMES, help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1, help="for which each server is driven in a round")
    parser.add_argument("--gigs", type=int, default=FULL_SIZE, help="the size of the data")
    parser.add_argument("--quick", action="store_true", help=f"whether all of it works: {' '.join(_QUICK)}")
    parser.add_argument("--results", metavar="FILE", type=Path, help="write the report there too")
    chosen = parser.parse_args(arguments)
    if unknown := [*(set(chosen.only) - set(_SERVERS)), *(set(chosen.reads) - set(NAMES))]:
        parser.error(f"There is no {', '.join(unknown)}. Servers: {', '.join(_SERVERS)}; reads: {', '.join(NAMES)}.")
    return parser.parse_args([*_QUICK, *arguments]) if chosen.quick else chosen


def _names(text: str) -> list[str]:
    return text.split(",")


def _data_dir() -> Path:
    """Kept, because building the data takes longer than a run."""
    return Path(tempfile.gettempdir(), f"milepost-bench-{os.geteuid()}")


async def _compared(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    url = await ensure_data(postgres.url, chosen.gigs)
    size = ", ".join(f"{number:,} {table}" for table, number in (await counts(url)).items())
    reads = await reads_of(url, chosen.reads)
    servers = [server for server in SERVERS if server.name in chosen.only]
    pace = Pace(chosen.rounds, chosen.seconds)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with running(servers, url, Path(folder)) as started:
            print(f"{size}. Comparing {', '.join(server.title for server in servers)} ...", flush=True)
            return report(await compare(reads, started, pace, postgres), pace, size)
