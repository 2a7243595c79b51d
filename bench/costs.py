"""What serving costs: CPU time and memory of processes from /proc."""

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a server with all its processes, in MB: resident, and proportional (what is shared is divided)."""

    rss: float
    pss: float


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and all it has started have used so far, those that have ended included."""
    return sum(_cpu_seconds(process) for process in family(pid))


def memory_of(pid: int) -> Memory:
    sizes = {"Rss": 0, "Pss": 0}
    for process in family(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, size = line.partition(":")
            if name in sizes:
                sizes[name] += int(size.split()[0])
    return Memory(sizes["Rss"] / 1024, sizes["Pss"] / 1024)


def family(pid: int) -> list[int]:
    """A process with its children and theirs."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                children[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found = [pid]
    for one in found:
        found += children[one]
    return found


def _cpu_seconds(pid: int) -> float:
    """utime, stime, and both of the ended children that were waited for."""
    return sum(map(int, _stat(pid)[11:15])) / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields from the state on; the name before them may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
