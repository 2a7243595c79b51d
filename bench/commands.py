"""`python -m bench`: builds the data, starts the servers, compares them, reports."""

import argparse
import os
import random
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import uvloop

from bench.answers import AnswersDiffer
from bench.books import SIZES as BOOK_SIZES
from bench.books import checked
from bench.chaos import survived
from bench.comparing import compare
from bench.data import FULL_SIZE, Data, UnsoundData, counts, empty_data, ensure_data
from bench.driving import WrongAnswer
from bench.flood import flooded
from bench.growth import SIZES, grown
from bench.hot_paths import driven
from bench.inside import calls_of, profile_of
from bench.live import IDLE, LISTENERS, listened
from bench.posting import posted
from bench.reads import NAMES, reads_of
from bench.relay import EVENTS, relayed
from bench.report import report
from bench.rolling import unnoticed
from bench.rounds import Pace
from bench.servers import SERVERS, DoesNotStart, running
from bench.verdicts import Lost
from server.embedded import EmbeddedPostgres

_SERVERS = [server.name for server in SERVERS]
_QUICK = ["--gigs=200", "--rounds=1", "--seconds=0.2", "--waits=1"]


def main(arguments: Sequence[str]) -> int:
    chosen = _parsed(arguments)
    try:
        with EmbeddedPostgres(_data_dir()) as postgres:
            text = uvloop.run(_alone(chosen, postgres))
    except (DoesNotStart, AnswersDiffer, WrongAnswer, UnsoundData, Lost) as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    if chosen.save:
        _save(text, _file_of(chosen), arguments)
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Compares Milepost, its peers and the limit.")
    parser.add_argument("--only", metavar="NAMES", type=_names, default=_SERVERS, help=", ".join(_SERVERS))
    parser.add_argument("--reads", metavar="NAMES", type=_names, default=NAMES, help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0.5, help="for which each server is driven in a round")
    parser.add_argument("--gigs", type=int, default=FULL_SIZE, help="the size of the data")
    parser.add_argument("--quick", action="store_true", help=f"whether all of it works: {' '.join(_QUICK)}")
    _add_others(parser)
    _add_live(parser)
    _add_chaos(parser)
    parser.add_argument("--profile", metavar="READ", choices=NAMES, help="instead: where its time goes in a read")
    parser.add_argument("--save", action="store_true", help="keep the report beside the code")
    chosen = parser.parse_args(arguments)
    if unknown := [*(set(chosen.only) - set(_SERVERS)), *(set(chosen.reads) - set(NAMES))]:
        parser.error(f"There is no {', '.join(unknown)}. Servers: {', '.join(_SERVERS)}; reads: {', '.join(NAMES)}.")
    if chosen.quick:
        chosen = parser.parse_args([*_QUICK, *arguments])
    # What is kept is complete.
    chosen.save &= bool(chosen.live) == bool(chosen.relay)
    chosen.save &= not chosen.quick and not chosen.profile and (chosen.only, chosen.reads) == (_SERVERS, NAMES)
    return chosen


def _add_others(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--growth",
        metavar="GIGS",
        nargs="?",
        type=_numbers,
        const=SIZES,
        help="instead: lists at growing sizes of the data",
    )
    parser.add_argument(
        "--books",
        metavar="ENTRIES",
        nargs="?",
        type=_numbers,
        const=BOOK_SIZES,
        help="instead: checking and exporting books of growing size",
    )
    parser.add_argument(
        "--posting",
        metavar="ENTRIES",
        nargs="?",
        type=_numbers,
        const=BOOK_SIZES,
        help="instead: postings in books of growing size, by 1 to 32 writers",
    )
    parser.add_argument(
        "--hot-paths", action="store_true", help="instead: what is spent, reported and checked most often"
    )
    parser.add_argument(
        "--waits", type=float, default=60, help="for how many seconds each hot path is asked at one rate"
    )
    parser.add_argument("--flood", action="store_true", help="instead: how long others wait while one caller floods")


def _add_live(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--live",
        metavar="SOCKETS",
        nargs="?",
        type=_numbers,
        const=[LISTENERS, IDLE],
        help="instead: so many who follow one organization's invoices, and so many on whose sockets nothing happens",
    )
    parser.add_argument(
        "--relay", metavar="EVENTS", nargs="?", type=int, const=EVENTS, help="instead: so many events are relayed"
    )


def _add_chaos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chaos", action="store_true", help="instead: whether anything is lost where all is killed")
    parser.add_argument("--minutes", type=float, default=5, help="for how long there are kills")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="repeats the kills of a run")
    parser.add_argument("--rolling", action="store_true", help="instead: whether a release under load is noticed")


def _file_of(chosen: argparse.Namespace) -> str:
    if chosen.books or chosen.posting:
        return "BOOKS.md" if chosen.books else "POSTING.md"
    if chosen.live or chosen.relay:
        return "LIVE.md"
    if chosen.flood or chosen.hot_paths:
        return "FLOOD.md" if chosen.flood else "HOT_PATHS.md"
    if chosen.chaos or chosen.rolling:
        return "CHAOS.md"
    return "GROWTH.md" if chosen.growth else "RESULTS.md"


def _save(text: str, name: str, arguments: Sequence[str]) -> None:
    command = shlex.join(["python", "-m", "bench", *arguments])
    heading = f"# Results of the last run\n\nMade by `{command}`; [README.md](README.md) says what it does."
    Path(__file__).with_name(name).write_text(f"{heading}\n\n{text}")


def _names(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


def _data_dir() -> Path:
    """Kept, because building the data takes longer than a run."""
    return Path(tempfile.gettempdir(), f"milepost-bench-{os.geteuid()}")


async def _alone(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    """Two runs at once would take the machine, and PostgreSQL's connections, from each other."""
    connection = await asyncpg.connect(postgres.url)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock(1)"):
            print("Waiting for another run to end ...", flush=True)
            await connection.execute("SELECT pg_advisory_lock(1)")
        return await _found_out(chosen, postgres)
    finally:
        await connection.close()


async def _found_out(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    if chosen.chaos or chosen.rolling:
        return await _withstood(chosen, postgres)
    if chosen.books:
        return await checked(postgres, chosen.books)
    if chosen.posting:
        return await posted(postgres, chosen.posting, chosen.rounds, chosen.seconds)
    if chosen.hot_paths:
        return await driven(postgres, chosen.rounds, chosen.seconds, open_seconds=chosen.waits)
    if chosen.live or chosen.relay:
        return await _live(chosen, postgres)
    if chosen.flood:
        return await flooded(postgres, chosen.gigs, chosen.rounds, chosen.seconds)
    if chosen.growth:
        return await grown(postgres, chosen.growth, chosen.rounds, chosen.seconds)
    if chosen.profile is not None:
        url = await ensure_data(postgres.url, Data(chosen.gigs))
        [read] = await reads_of(url, [chosen.profile])
        return await profile_of(read, url)
    return await _compared(chosen, postgres)


async def _live(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    parts = list[str]()
    if chosen.live:
        listeners, idle = chosen.live
        parts.append(await listened(postgres, listeners, idle, chosen.rounds))
    if chosen.relay:
        parts.append(await relayed(postgres, chosen.relay, chosen.rounds))
    return "\n".join(parts)


async def _withstood(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    """Each in a database of its own."""
    reports = []
    if chosen.chaos:
        async with empty_data(postgres.url) as url:
            reports.append(await survived(url, seconds=60 * chosen.minutes, seed=chosen.seed))
    if chosen.rolling:
        async with empty_data(postgres.url) as url:
            reports.append(await unnoticed(url))
    return "\n".join(reports)


async def _compared(chosen: argparse.Namespace, postgres: EmbeddedPostgres) -> str:
    url = await ensure_data(postgres.url, Data(chosen.gigs))
    size = ", ".join(f"{number:,} {table}" for table, number in (await counts(url)).items())
    reads = await reads_of(url, chosen.reads)
    servers = [server for server in SERVERS if server.name in chosen.only]
    pace = Pace(chosen.rounds, chosen.seconds)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with running(servers, url, Path(folder)) as started:
            print(f"{size}. Comparing {', '.join(server.title for server in servers)} ...", flush=True)
            measured = await compare(reads, started, pace, postgres)
    calls = await calls_of(reads, url) if "milepost" in chosen.only else {}
    return report(measured, pace, size, calls)
