"""The report: one table of what was measured, and what it says about Milepost's aims."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.costs import Memory
from bench.rounds import Pace, Sample

LIMIT, MILEPOST, AGAIN = "limit", "milepost", "milepost again"
OF_THE_LIMIT, OF_THE_BEST_PEER, MOST_MB = 0.6, 1.3, 100
_COLUMNS = (
    "read",
    "server",
    "of the limit",
    "spread",
    "requests/s",
    "median ms",
    "CPU µs: server",
    "PostgreSQL",
    "limit's CPU / its CPU",
    "statements",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that a run has found out."""

    reads: Mapping[str, str]
    """Their names with their titles."""
    titles: Mapping[str, str]
    """The entrants' labels with their titles."""
    samples: Sequence[Sample]
    statements: Mapping[tuple[str, str], float]
    """By read and label."""
    memory: Mapping[str, Memory]

    def of(self, read: str, label: str) -> list[Sample]:
        return [one for one in self.samples if (one.read, one.label) == (read, label)]

    def ratios(self, read: str, label: str, base: str, figure: Callable[[Sample], float]) -> list[float]:
        """One for each round: what both did within the same minute."""
        pairs = zip(self.of(read, label), self.of(read, base), strict=True)
        return [figure(one) / figure(other) for one, other in pairs]


def report(measured: Measured, pace: Pace, size: str) -> str:
    """All of it, as Markdown."""
    parts = [_circumstances(measured, pace, size), table(measured), memory_table(measured)]
    if aims := verdicts(measured):
        parts.append("\n".join(["What Milepost is to reach:", "", *aims]))
    return "\n\n".join(parts) + "\n"


def table(measured: Measured) -> str:
    """All entrants of all reads, the fastest first."""
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS)]
    for read, title in measured.reads.items():
        labels = sorted(measured.titles, key=lambda label: -_median(measured.of(read, label), _rate))
        rows += [_row(measured, read, f"{read}: {title}" if label == labels[0] else "", label) for label in labels]
    return _aligned(rows)


def memory_table(measured: Measured) -> str:
    rows: list[tuple[str, ...]] = [("server", "RSS MB", "PSS MB"), ("---", "---", "---")]
    for label, memory in sorted(measured.memory.items(), key=lambda item: item[1].rss):
        rows.append((measured.titles[label], f"{memory.rss:.0f}", f"{memory.pss:.0f}"))
    return _aligned(rows)


def verdicts(measured: Measured) -> list[str]:
    """Milepost's aims, each met or missed, as far as those were there that it is compared with."""
    if MILEPOST not in measured.titles:
        return []
    return [*_speeds(measured), _memory(measured.memory[MILEPOST])]


def _circumstances(measured: Measured, pace: Pace, size: str) -> str:
    driver = statistics.median(one.driver_cpu_us for one in measured.samples)
    return (
        f"{size}.\n"
        f"{pace.rounds} rounds of {pace.seconds:g} s for each server and read over {pace.connections} connections, "
        f"on {os.cpu_count()} cores ({_processor()}).\nThe client took {driver:.0f} µs of CPU for a request."
    )


def _processor() -> str:
    names = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    )
    return next(names, platform.machine())


def _speeds(measured: Measured) -> Iterator[str]:
    peers = [label for label in measured.titles if label not in (LIMIT, MILEPOST, AGAIN)]
    for read in measured.reads:
        if LIMIT in measured.titles:
            yield _verdict(f"{read}: of the limit", measured.ratios(read, MILEPOST, LIMIT, _rate), OF_THE_LIMIT)
        if peers:
            best = max(peers, key=lambda label: _median(measured.of(read, label), _rate))
            ratios = measured.ratios(read, MILEPOST, best, _rate)
            yield _verdict(f"{read}: times the best peer ({measured.titles[best]})", ratios, OF_THE_BEST_PEER)


def _verdict(what: str, ratios: Sequence[float], least: float) -> str:
    found = statistics.median(ratios)
    return f"- {'met' if found >= least else '**missed**'}: {what}: {found:.2f} ({_spread(ratios)}), at least {least}"


def _memory(memory: Memory) -> str:
    return f"- {'met' if memory.rss <= MOST_MB else '**missed**'}: memory: {memory.rss:.0f} MB, at most {MOST_MB}"


def _row(measured: Measured, read: str, title: str, label: str) -> tuple[str, ...]:
    samples = measured.of(read, label)
    of_limit = of_cpu = spread = ""
    if LIMIT in measured.titles:
        ratios = measured.ratios(read, label, LIMIT, _rate)
        of_limit, spread = f"{statistics.median(ratios):.2f}", _spread(ratios)
        of_cpu = f"{1 / statistics.median(measured.ratios(read, label, LIMIT, _cpu)):.2f}"
    return (
        title,
        measured.titles[label],
        of_limit,
        spread,
        f"{_median(samples, _rate):.0f}",
        f"{_median(samples, lambda one: one.median_ms):.2f}",
        f"{_median(samples, lambda one: one.server_cpu_us):.0f}",
        f"{_median(samples, lambda one: one.database_cpu_us):.0f}",
        of_cpu,
        f"{measured.statements[read, label]:g}",
    )


def _rate(sample: Sample) -> float:
    return sample.rate


def _cpu(sample: Sample) -> float:
    return sample.server_cpu_us + sample.database_cpu_us


def _median(samples: Sequence[Sample], figure: Callable[[Sample], float]) -> float:
    return statistics.median(map(figure, samples))


def _spread(ratios: Sequence[float]) -> str:
    """The middle half, or all of them where they are few."""
    if len(ratios) < 4:
        return f"{min(ratios):.2f} to {max(ratios):.2f}"
    quarters = statistics.quantiles(ratios, n=4)
    return f"{quarters[0]:.2f} to {quarters[2]:.2f}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        fill = "-" if row[0] == "---" else " "
        cells = [
            cell.ljust(width, fill) if number < 2 else cell.rjust(width, fill)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
