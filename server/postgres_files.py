"""Where the embedded PostgreSQL lives: its data directory, the account it runs as, what it says about itself."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOCK_FILES = ("start.lock", "refs.lock", "guard.lock")
OLD_LOG_BYTES = 10_000_000

Log = Callable[[str], None]


class EmbeddedPostgresError(RuntimeError):
    """The embedded database cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Who PostgreSQL runs as; without a uid, whoever runs this process."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            # The account could plant a link in its directory; following it as root would give files away.
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=bare_environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=self.groups,
        )


@dataclass(frozen=True)
class Postmaster:
    """What a running PostgreSQL tells about itself in postmaster.pid."""

    pid: int
    port: int
    socket_directory: Path
    ready: bool

    @property
    def socket(self) -> Path:
        return self.socket_directory / f".s.PGSQL.{self.port}"


@dataclass(frozen=True)
class DataDirectory:
    """The parts of one embedded database's directory."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "data"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    @property
    def password(self) -> Path:
        return self.path / "password"

    @property
    def settings(self) -> Path:
        return self.path / "postgres.conf"

    @property
    def log(self) -> Path:
        return self.path / "postgres.log"

    @property
    def mark(self) -> str:
        """A name that this directory's processes carry, the same under every path that leads here."""
        found = self.path.stat()
        return f"milepost-{found.st_dev:x}-{found.st_ino:x}"

    def read_postmaster(self) -> Postmaster | None:
        """None while the file is missing or only partly written."""
        try:
            lines = self.pid_file.read_text().splitlines()
            return Postmaster(int(lines[0]), int(lines[3]), Path(lines[4]), lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def write_private(self, path: Path, text: str, account: Account) -> None:
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        account.own(unfinished)
        unfinished.rename(path)

    def open_log(self, account: Account) -> int:
        """A descriptor that appends to the log; a long log makes room first."""
        with contextlib.suppress(FileNotFoundError):
            if self.log.lstat().st_size > OLD_LOG_BYTES:
                self.log.rename(self.log.with_suffix(".log.old"))
        descriptor = os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        account.own(self.log)
        return descriptor

    def recent_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def bare_environment() -> dict[str, str]:
    """No PG* variable may redirect PostgreSQL, and none of our secrets belongs in its environment."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **kept}


def prepare_directory(path: Path) -> Account:
    """Create or adopt the directory and its lock files; say who runs PostgreSQL in it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        contents = {entry.name for entry in path.iterdir()}
        if LOCK_FILES[0] not in contents and contents - {"lost+found"}:
            raise EmbeddedPostgresError(f"{path} is not empty and holds no Milepost database: name an empty directory.")
        account = _account_for(path)
        path.chmod(0o700)
        for name in LOCK_FILES:
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path / name, os.O_CREAT | os.O_EXCL, 0o600))
                account.own(path / name)
    except FileNotFoundError:
        # Somebody is removing the directory right now; the caller begins again.
        raise
    except OSError as refused:
        raise EmbeddedPostgresError(
            f"{refused.filename} cannot be used by this user ({refused.strerror}). "
            "Point MILEPOST_DATA_DIR at a directory of your own."
        ) from refused
    if account.run("/bin/sh", "-c", 'test -w "$1"', "sh", path).returncode:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the user with id {account.uid} cannot reach {path}. "
            "Open its parent directories (chmod o+x) or point MILEPOST_DATA_DIR elsewhere."
        )
    return account


def _account_for(path: Path) -> Account:
    if os.geteuid() != 0:
        return Account()
    if owner := path.stat().st_uid:
        try:
            # Its own group, not the directory's, which may well be root's.
            return Account(owner, pwd.getpwuid(owner).pw_gid)
        except KeyError as unknown:
            raise EmbeddedPostgresError(
                f"{path} belongs to user {owner}, who has no account here, and PostgreSQL's initdb wants one. "
                "Give the directory to root: Milepost then finds an account to run it."
            ) from unknown
    for name in ("milepost", "postgres", "nobody"):
        with contextlib.suppress(KeyError, OSError):
            entry = pwd.getpwnam(name)
            account = Account(entry.pw_uid, entry.pw_gid)
            account.own(path)
            return account
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and there is no user 'milepost', 'postgres' or 'nobody' to run it as. "
        "Create one (useradd --system milepost) or start Milepost as an ordinary user."
    )
