"""The embedded PostgreSQL: started for its first user, shared between processes, stopped after the last."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from server.file_locks import FileLock
from server.postgres_binaries import find_binaries
from server.postgres_cluster import connection_url, prepare_cluster, write_settings
from server.postgres_files import (
    LOCK_FILES,
    Account,
    DataDirectory,
    EmbeddedPostgresError,
    Log,
    Postmaster,
    prepare_directory,
)
from server.postgres_guard import Orders, spawn
from server.postgres_leftovers import clear_leftovers

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "default_data_dir", "temporary_postgres"]

POLL_SECONDS = 0.005
PATIENCE_SECONDS = 5
MOST_ATTEMPTS = 20


def default_data_dir() -> Path:
    if chosen := os.environ.get("MILEPOST_DATA_DIR"):
        return Path(chosen)
    if os.geteuid() == 0:
        return Path("/var/lib/milepost")
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "milepost"


def temporary_postgres(run: str, *, log: Log | None = None) -> EmbeddedPostgres:
    """A fast, forgetful server for tests: everybody naming the same run shares it, and the last one removes it."""
    directory = Path(tempfile.gettempdir(), f"milepost-test-{os.geteuid()}-{run}")
    return EmbeddedPostgres(directory, durable=False, keep=False, log=log or print_to_stderr)


def print_to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class EmbeddedPostgres:
    """`with EmbeddedPostgres(data_dir) as database:` starts the server, or joins the one other processes use.

    `durable=False` trades crash safety for speed, `keep=False` removes the directory after the last user, `tcp_port`
    opens TCP on 127.0.0.1, and `log` hears of whatever takes long. The first user's choices hold for all.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        keep: bool = True,
        tcp_port: int | None = None,
        log: Log = print_to_stderr,
    ) -> None:
        self.directory = DataDirectory(data_dir.expanduser().resolve())
        self._durable = durable
        self._keep = keep
        self._tcp_port = tcp_port
        self._log = log
        self._held = contextlib.ExitStack()
        self._url = ""

    @property
    def url(self) -> str:
        if not self._url:
            raise EmbeddedPostgresError("The embedded database is not running: enter it in a with statement.")
        return self._url

    def __enter__(self) -> Self:
        if self._url:
            raise EmbeddedPostgresError("This embedded database is already entered: make another object to join it.")
        for _ in range(MOST_ATTEMPTS):
            self._join()
            if self._url:
                return self
        raise EmbeddedPostgresError(f"{self.directory.path} cannot be created, or somebody keeps removing it.")

    def __exit__(self, *_: object) -> None:
        self._url = ""
        self._held.close()

    def _join(self) -> None:
        """Leaves without a URL where a temporary directory was being removed under our feet: then join again."""
        with contextlib.ExitStack() as undo:
            try:
                account = prepare_directory(self.directory.path)
                start, users, guard = (
                    undo.enter_context(contextlib.closing(FileLock(self.directory.path / name))) for name in LOCK_FILES
                )
            except FileNotFoundError:
                return
            if not start.try_take():
                self._log("Waiting for another process to start or stop the database ...")
                start.take()
            # A guard that is stopping the server holds this lock until it is done.
            users.share()
            if not start.is_on_disk():
                return
            undo.callback(self._leave, start, users, guard)
            postmaster = self._running_server(account, guard)
            start.release()
            self._url = connection_url(self.directory, postmaster)
            self._held = undo.pop_all()

    def _leave(self, start: FileLock, users: FileLock, guard: FileLock) -> None:
        """Wait until the server has stopped, unless somebody else still uses it."""
        stopping = self.directory.read_postmaster()
        with start.taken():
            users.release()
            while not guard.try_take():
                # Failing to take it alone but not to share it means another user; failing both, the stopping guard.
                if not users.try_take() and users.try_share():
                    return
                users.release()
                time.sleep(POLL_SECONDS)
        if stopping is not None and stopping.socket_directory != self.directory.path:
            with contextlib.suppress(OSError):
                stopping.socket_directory.rmdir()

    def _running_server(self, account: Account, guard: FileLock) -> Postmaster:
        launched = False
        complain_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            if guard.try_take():
                if launched:
                    raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{self.directory.recent_log()}")
                self._launch(account, guard)
                launched = True
            elif postmaster := self._answering():
                if self._tcp_port not in (None, postmaster.port):
                    self._log(f"The database was already running without TCP port {self._tcp_port}.")
                return postmaster
            if time.monotonic() > complain_at:
                self._log(f"Still waiting for the database, which may be recovering: see {self.directory.log}")
                complain_at = time.monotonic() + PATIENCE_SECONDS
            time.sleep(POLL_SECONDS)

    def _launch(self, account: Account, guard: FileLock) -> None:
        binaries = find_binaries(self.directory, account, self._log)
        clear_leftovers(self.directory)
        write_settings(self.directory, account, durable=self._durable, tcp_port=self._tcp_port)
        prepare_cluster(self.directory, account, binaries, durable=self._durable, log=self._log)
        spawn(Orders(self.directory, binaries, account, keep=self._keep), guard)

    def _answering(self) -> Postmaster | None:
        """The server once it accepts connections; a stale file says so too, but nobody listens behind it."""
        found = self.directory.read_postmaster()
        if found is None or not found.ready:
            return None
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(found.socket))
            except OSError:
                return None
        return found if self.directory.read_postmaster() == found else None
