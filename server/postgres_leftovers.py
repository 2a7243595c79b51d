"""Ending and clearing away what a killed PostgreSQL left behind: processes, pid file and socket lock."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from server.postgres_files import DataDirectory, EmbeddedPostgresError


def clear_leftovers(directory: DataDirectory) -> None:
    """For a caller who knows that nobody supervises this directory: end survivors, then remove the stale locks."""
    if not directory.pid_file.exists():
        return
    stale = directory.read_postmaster()

    def postmaster() -> list[int]:
        return [pid for pid in marked_processes(directory.mark) if stale is not None and pid == stale.pid]

    def everybody() -> list[int]:
        return marked_processes(directory.mark)

    # Only a postmaster understands SIGINT as "shut down"; a backend would merely cancel its statement.
    _end(postmaster, signal.SIGINT, patience_seconds=10)
    _end(everybody, signal.SIGQUIT, patience_seconds=6)
    _end(everybody, signal.SIGKILL, patience_seconds=10)
    if everybody():
        raise EmbeddedPostgresError(f"Processes {everybody()} still use {directory.path} and cannot be ended.")
    if stale is not None:
        stale.socket.with_name(f"{stale.socket.name}.lock").unlink(missing_ok=True)
        stale.socket.unlink(missing_ok=True)
    directory.pid_file.unlink(missing_ok=True)


def marked_processes(mark: str) -> list[int]:
    """PostgreSQL processes of one directory. A zombie has no command line, so it counts as the dead thing it is."""
    return [pid for pid, command in _commands() if mark in command and _is_postgres(command)]


def _is_postgres(command: str) -> bool:
    return command.startswith("postgres:") or "/postgres" in command


def _commands() -> list[tuple[int, str]]:
    if sys.platform == "linux":
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    text = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    found.append((int(entry.name), text.decode(errors="replace")))
        return found
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    rows = (line.split(maxsplit=1) for line in listing.stdout.splitlines())
    return [(int(row[0]), row[1]) for row in rows if len(row) == 2]


def _end(remaining: Callable[[], list[int]], order: signal.Signals, *, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    for pid in remaining():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, order)
    while remaining() and time.monotonic() < deadline:
        time.sleep(0.02)
