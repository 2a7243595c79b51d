"""The report of a comparison: what was measured, and what it says about Milepost's aims."""

import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measured import AGAIN, LIMIT, MILEPOST, Measured
from bench.rounds import Pace
from bench.tables import Row, table

OF_THE_LIMIT, OF_THE_BEST_PEER, MOST_MB = 0.6, 1.3, 100
_HEADING = (
    "read",
    "server",
    "of the limit",
    "half of the rounds",
    "requests/s",
    "median ms",
    "CPU µs: server",
    "PostgreSQL",
    "of the limit, by CPU",
    "statements",
)


def report(measured: Measured, pace: Pace, size: str, calls: Mapping[str, int]) -> str:
    """All of it, as Markdown."""
    parts = [_circumstances(measured, pace, size), _speeds(measured), _memories(measured)]
    if MILEPOST in measured.titles:
        told = ", ".join(f"{count:,} for {read}" for read, count in calls.items())
        parts += [
            "What Milepost is to reach:\n\n" + "\n".join(_verdicts(measured)),
            "The same server measured twice, which shows what differences mean:\n\n" + "\n".join(_twins(measured)),
            f"Python calls of Milepost for a request, the same in every run of the same code: {told}.",
        ]
    return "\n\n".join(parts) + "\n"


def _circumstances(measured: Measured, pace: Pace, size: str) -> str:
    return (
        f"{size}.\n"
        f"{pace.rounds} rounds of {pace.seconds:g} s for each server and read over {pace.connections} connections, "
        f"on {os.cpu_count()} cores ({_processor()}).\n"
        f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included. "
        f"The client took {measured.client_cpu() * 1e6:.0f} µs of CPU for a request."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine())


def _speeds(measured: Measured) -> str:
    rows = [row for read in measured.reads for row in _speeds_of(measured, read)]
    return table([_HEADING, *rows], texts=2)


def _speeds_of(measured: Measured, read: str) -> list[Row]:
    fastest_first = sorted(measured.titles, key=lambda label: -measured.rate(read, label))
    titles = [f"{read}: {measured.reads[read]}", *("" for _ in fastest_first[1:])]
    return [_speed(measured, read, title, label) for title, label in zip(titles, fastest_first, strict=True)]


def _speed(measured: Measured, read: str, title: str, label: str) -> Row:
    of_limit = spread = of_cpu = ""
    if LIMIT in measured.titles:
        ratio = measured.ratio(read, label, LIMIT)
        of_limit, spread = f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}"
        of_cpu = f"{measured.cpu_ratio(read, label, LIMIT):.2f}"
    server, database = measured.cpu(read, label)
    return (
        title,
        measured.titles[label],
        of_limit,
        spread,
        f"{measured.rate(read, label):,.0f}",
        f"{measured.latency(read, label) * 1e3:.2f}",
        f"{server * 1e6:,.0f}",
        f"{database * 1e6:,.0f}",
        of_cpu,
        f"{measured.statements[read, label]}",
    )


def _memories(measured: Measured) -> str:
    smallest_first = sorted(measured.memory, key=lambda label: measured.memory[label].rss)
    memory = [(label, measured.memory[label]) for label in smallest_first]
    rows = [(measured.titles[label], f"{one.rss:.0f}", f"{one.pss:.0f}") for label, one in memory]
    return table([("server, after the load", "RSS MB", "PSS MB"), *rows])


def _verdicts(measured: Measured) -> Iterator[str]:
    """The aims, as far as those were there that Milepost is compared with."""
    for read in measured.reads:
        if LIMIT in measured.titles:
            yield _verdict(measured, f"{read}: of the limit", read, LIMIT, OF_THE_LIMIT)
        if measured.peers:
            best = measured.best_peer(read, measured.rate)
            yield _verdict(
                measured, f"{read}: times {measured.titles[best]}, the best peer", read, best, OF_THE_BEST_PEER
            )
    memory = measured.memory[MILEPOST].rss
    yield f"- {_outcome(memory <= MOST_MB)}: memory: {memory:.0f} MB, at most {MOST_MB}"


def _verdict(measured: Measured, what: str, read: str, base: str, least: float) -> str:
    ratio = measured.ratio(read, MILEPOST, base)
    by_cpu = measured.cpu_ratio(read, MILEPOST, base)
    return f"- {_outcome(ratio.median >= least)}: {what}: {ratio}, by CPU {by_cpu:.2f}; at least {least}"


def _outcome(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def _twins(measured: Measured) -> Iterator[str]:
    for read in measured.reads:
        ratio = measured.ratio(read, AGAIN, MILEPOST)
        yield f"- {read}: {ratio}, by CPU {measured.cpu_ratio(read, AGAIN, MILEPOST):.2f}"
