"""A flood by one caller: how much longer others wait meanwhile, with the limits of production and without any."""

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.data import Data, ensure_data
from bench.driving import ask
from bench.exchanges import exchange
from bench.reads import Read, reads_of
from bench.servers import MILEPOST, Running, running
from bench.tables import Row, table
from server.embedded import EmbeddedPostgres

CONNECTIONS = 32
"""Of the flood, which asks again as soon as it has an answer."""
PAUSE_SECONDS, SETTLING_SECONDS = 0.01, 0.3
"""Between two questions of the others, and before they are measured in a flood."""
_WAYS = {"the limits of production": {"MILEPOST_SESSION_LIMITS": "300/5000/100/60"}, "no limits": {}}


@dataclass(frozen=True, slots=True)
class _Round:
    """How long the others waited each time: in calm, in calm again, in the flood."""

    calm: Sequence[float]
    again: Sequence[float]
    flooded: Sequence[float]


async def flooded(postgres: EmbeddedPostgres, gigs: int, rounds: int, seconds: float) -> str:
    """The report."""
    url = await ensure_data(postgres.url, Data(gigs))
    [cheap, costly] = await reads_of(url, ["point", "list"])
    rows: list[Row] = [("with", "of the waits", "calm, ms", "flood, ms", "flood / calm", "calm / calm")]
    notes = []
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        for way, settings in _WAYS.items():
            server = replace(MILEPOST, settings={**MILEPOST.settings, **settings})
            async with running([server], url, Path(folder)) as [started]:
                answers, found = await _measured(started, cheap, costly, rounds, seconds)
            rows += [(way, *cells) for cells in (_cells("median", 50, found), _cells("p95", 95, found))]
            notes.append(f"with {way} the flood got {', '.join(answers)}")
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    what = (
        f"One session asks for {costly.title} over {CONNECTIONS} connections, again as soon as it has an answer, and"
        f" {len(cheap.askings)} others ask in turns for {cheap.title}, with {PAUSE_SECONDS * 1000:.0f} ms between two"
        f" questions. {rounds} rounds of {seconds:g} s for each; ratios within a round, medians of the rounds."
    )
    return f"{load} {what}\n\n{table(rows, texts=2)}\n\nOf its answers, by status: {'; '.join(notes)}.\n"


async def _measured(
    started: Running, cheap: Read, costly: Read, rounds: int, seconds: float
) -> tuple[list[str], list[_Round]]:
    """What the flood was answered, by status, and the rounds."""
    requests, flood = cheap.requests("milepost"), costly.requests("milepost")[0]
    await ask(started.port, requests[:3])
    turns, answers, found = itertools.cycle(requests), Counter[str](), list[_Round]()
    for number in range(rounds):
        print(f"Round {number + 1} of {rounds}", end="\r", file=sys.stderr, flush=True)
        calm, again = [await _waits(started.port, turns, seconds) for _ in range(2)]
        async with _flooding(started.port, flood, answers):
            found.append(_Round(calm, again, await _waits(started.port, turns, seconds)))
    total = answers.total()
    return [f"{status} {count / total:.1%} of {total:,}" for status, count in answers.most_common()], found


async def _waits(port: int, turns: "itertools.cycle[bytes]", seconds: float) -> list[float]:
    """How long each of these requests waited for its answer, one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits, ends_at = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        asked_at = time.perf_counter()
        status = await exchange(reader, writer, next(turns))
        waits.append(time.perf_counter() - asked_at)
        assert status == 200, status
        await asyncio.sleep(PAUSE_SECONDS)
    writer.close()
    return waits


@asynccontextmanager
async def _flooding(port: int, request: bytes, answers: "Counter[str]") -> AsyncIterator[None]:
    """A flood from a process of its own, so that it does not keep the one that measures waiting."""
    command = (sys.executable, "-m", "bench.flooding", str(port), str(CONNECTIONS))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.close()
    await process.stdout.readline()
    await asyncio.sleep(SETTLING_SECONDS)
    try:
        yield
    finally:
        process.terminate()
        said, _ = await process.communicate()
    for each in said.decode().split():
        status, _, count = each.partition(":")
        answers[status] += int(count)


def _cells(name: str, percent: int, rounds: Sequence[_Round]) -> Row:
    def at(waits: Sequence[float]) -> float:
        return statistics.quantiles(waits, n=100)[percent - 1] * 1000

    calm, flood = [at(one.calm) for one in rounds], [at(one.flooded) for one in rounds]
    ratios = [after / before for before, after in zip(calm, flood, strict=True)]
    noise = [at(one.again) / before for one, before in zip(rounds, calm, strict=True)]
    figures = (f"{statistics.median(calm):.2f}", f"{statistics.median(flood):.2f}")
    return name, *figures, f"{statistics.median(ratios):.2f}", f"{statistics.median(noise):.2f}"
