"""The process above the embedded PostgreSQL: keeps it running while anybody uses it and then stops it."""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from server.file_locks import FileLock
from server.postgres_files import Account, DataDirectory, bare_environment
from server.postgres_leftovers import clear_leftovers

PR_SET_PDEATHSIG = 1
SHORT_LIFE_SECONDS = 5
# A server that dies young this often is broken, and starting it again would only fill the log.
MOST_EARLY_DEATHS = 3
SHUTDOWN_SECONDS = 60


@dataclass(frozen=True)
class Orders:
    """What a guard is told on its command line."""

    directory: DataDirectory
    binaries: Path
    account: Account
    keep: bool
    early_deaths: int = 0

    def command(self, lock: int) -> list[str]:
        # -S and -E: the guard needs the standard library only and has to be up in milliseconds.
        program = [sys.executable, "-S", "-E", "-m", "server.postgres_guard"]
        command = [*program, str(self.directory.path), str(self.binaries), str(lock), str(self.early_deaths)]
        if self.account.uid is not None:
            command += ["--uid", str(self.account.uid), "--gid", str(self.account.gid)]
        return command if self.keep else [*command, "--discard"]


def spawn(orders: Orders, guard_lock: FileLock) -> None:
    """Start a guard that inherits the held lock: as long as a guard lives, the lock is taken."""
    output = orders.directory.open_log(orders.account)
    try:
        with guard_lock.handed_over() as lock:
            subprocess.run(
                orders.command(lock),
                check=True,
                cwd=Path(__file__).resolve().parent.parent,
                pass_fds=(lock,),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
    finally:
        os.close(output)


def main() -> None:
    orders, lock = _read_command()
    if os.fork():
        # Whoever spawned the guard may leave long before it and must not be kept waiting as its parent.
        os._exit(0)
    for order in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A service manager signals the whole group; the guard must outlive the users it serves.
        signal.signal(order, lambda *_: None)
    clear_leftovers(orders.directory)
    started = time.monotonic()
    postgres = _start(orders)
    unused = threading.Event()
    threading.Thread(target=_stop_when_unused, args=(orders.directory, postgres, unused), daemon=True).start()
    postgres.wait()
    if not unused.is_set():
        died_young = time.monotonic() - started < SHORT_LIFE_SECONDS
        _start_again(replace(orders, early_deaths=orders.early_deaths + 1 if died_young else 0), lock)
    elif not orders.keep:
        _discard(orders.directory.path)


def _start_again(orders: Orders, lock: int) -> None:
    if orders.early_deaths > MOST_EARLY_DEATHS:
        sys.exit("PostgreSQL keeps ending: giving up.")
    print("PostgreSQL ended while in use: starting it again.", flush=True)
    # A fresh guard, because this one has a thread by now and a threaded process must not fork.
    os.execv(sys.executable, orders.command(lock))


def _discard(path: Path) -> None:
    # Renamed first, so that whoever begins to use the path meanwhile finds all of it or nothing.
    discarded = path.with_name(f"{path.name}.discarded-{os.getpid()}")
    path.rename(discarded)
    shutil.rmtree(discarded, ignore_errors=True)


def _read_command() -> tuple[Orders, int]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("binaries", type=Path)
    parser.add_argument("lock", type=int, help="the inherited descriptor of the taken guard.lock")
    parser.add_argument("early_deaths", type=int, help="how many servers before this one died young")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--discard", action="store_true", help="remove the directory after the last user")
    given = parser.parse_args()
    account = Account(given.uid, given.gid)
    orders = Orders(DataDirectory(given.directory), given.binaries, account, not given.discard, given.early_deaths)
    return orders, given.lock


def _start(orders: Orders) -> subprocess.Popen[bytes]:
    directory = orders.directory
    # The mark is on the command line as well, because a backend wears its parent's until it has its own title.
    mark = f"cluster_name={directory.mark}"
    return subprocess.Popen(
        [orders.binaries / "postgres", "-D", directory.cluster, "-c", mark],
        cwd="/",
        env=bare_environment(),
        user=orders.account.uid,
        group=orders.account.gid,
        extra_groups=orders.account.groups,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_dying_with_this_process() if sys.platform == "linux" else None,
    )


def _dying_with_this_process() -> Callable[[], None]:
    # Looked up before the fork: the child between fork and exec should do as little as possible.
    control_process = ctypes.CDLL(None).prctl
    control_process.argtypes = (ctypes.c_int, ctypes.c_ulong)
    guard = os.getpid()

    def die_with_guard() -> None:
        control_process(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != guard:
            os._exit(1)

    return die_with_guard


def _stop_when_unused(directory: DataDirectory, postgres: subprocess.Popen[bytes], unused: threading.Event) -> None:
    FileLock(directory.path / "refs.lock").take()
    unused.set()
    postgres.send_signal(signal.SIGINT)
    time.sleep(SHUTDOWN_SECONDS)
    postgres.send_signal(signal.SIGQUIT)


if __name__ == "__main__":
    main()
