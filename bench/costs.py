"""What serving costs: CPU time and memory of processes from /proc."""

import contextlib
import os
from collections.abc import Iterator
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
    # utime and stime, and both of the ended children that were waited for.
    return sum(sum(map(int, fields[11:15])) for fields in _family(pid).values()) / _TICKS


def memory_of(pid: int) -> Memory:
    sizes = {"Rss": 0, "Pss": 0}
    for process in _family(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, size = line.partition(":")
            if name in sizes:
                sizes[name] += int(size.split()[0])
    return Memory(sizes["Rss"] / 1024, sizes["Pss"] / 1024)


def _family(pid: int) -> dict[int, list[str]]:
    """A process with its children and theirs, and what the kernel tells of each."""
    processes = dict(_processes())
    found = [pid]
    for parent in found:
        found += [child for child, fields in processes.items() if int(fields[1]) == parent]
    return {one: processes[one] for one in found}


def _processes() -> Iterator[tuple[int, list[str]]]:
    """All that run, with the fields of their `stat` from the state on; the name before them may hold anything."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            # It may have ended since it was listed.
            with contextlib.suppress(OSError):
                yield int(entry.name), (entry / "stat").read_text().rpartition(")")[2].split()
