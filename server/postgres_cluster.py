"""The embedded PostgreSQL's cluster: created once with a random password, configured anew at every start."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from server.postgres_files import Account, DataDirectory, EmbeddedPostgresError, Log, Postmaster

USER = DATABASE = "milepost"
USUAL_PORT = 5432
LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103

INITDB_OPTIONS = (
    f"--username={USER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def connection_url(directory: DataDirectory, postmaster: Postmaster) -> str:
    password = directory.password.read_text()
    folder = quote(str(postmaster.socket_directory), safe="/")
    # The port is spelled out because drivers would otherwise believe PGPORT.
    return f"postgresql://{USER}:{password}@/{DATABASE}?host={folder}&port={postmaster.port}"


def write_settings(directory: DataDirectory, account: Account, *, durable: bool, tcp_port: int | None) -> None:
    port = tcp_port or USUAL_PORT
    sockets = str(_socket_directory(directory, account, port)).replace('"', '""')
    settings = {
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(port),
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        # Our statements are short: compiling one costs more than it saves.
        "jit": "off",
        # The guard restarts it instead: told to stop during its own restart, PostgreSQL 18 hangs.
        "restart_after_crash": "off",
    }
    settings |= {} if durable else FORGETFUL
    lines = [f"{name} = '{_escaped(value)}'" for name, value in settings.items()]
    advice = "# Written anew at every start: your own settings belong in data/postgresql.conf, below the include."
    text = "\n".join([advice, *lines, ""])
    directory.write_private(directory.settings, text, account)


def prepare_cluster(directory: DataDirectory, account: Account, binaries: Path, *, durable: bool, log: Log) -> None:
    """Leave a complete cluster whose password is on file, wherever an earlier attempt was killed."""
    for unfinished in directory.path.glob("data.new*"):
        # A killed attempt's initdb may still be writing here; what it adds now goes at the next start.
        shutil.rmtree(unfinished, ignore_errors=True)
    exists = directory.cluster.exists()
    if exists:
        _require_same_release(directory, account, binaries)
        if directory.password.exists():
            return
    password = directory.path / "password.chosen"
    directory.write_private(password, secrets.token_urlsafe(32), account)
    if exists:
        log(f"Choosing a new database password, because {directory.password} is gone.")
        statement = f"ALTER USER {USER} PASSWORD '{password.read_text()}'"
        _run_alone(account, binaries, directory.cluster, statement)
    else:
        log(f"Creating the database in {directory.path} (first start only) ...")
        _create(directory, account, binaries, password, durable=durable)
    password.rename(directory.password)


def _create(directory: DataDirectory, account: Account, binaries: Path, password: Path, *, durable: bool) -> None:
    # The name is this attempt's own, so that an orphaned initdb of a killed one cannot write into it.
    cluster = directory.path / f"data.new.{secrets.token_hex(4)}"
    speed = () if durable else ("--no-sync",)
    # Under this cluster's name the old password would look valid if we were killed before the last rename.
    directory.password.unlink(missing_ok=True)
    result = account.run(binaries / "initdb", f"--pgdata={cluster}", f"--pwfile={password}", *INITDB_OPTIONS, *speed)
    if result.returncode:
        raise EmbeddedPostgresError(f"PostgreSQL's initdb failed:\n{result.stderr.strip()}")
    include = f"include '../{directory.settings.name}'"
    account.run("/bin/sh", "-c", 'echo "$1" >> "$2"', "sh", include, cluster / "postgresql.conf").check_returncode()
    _run_alone(account, binaries, cluster, f"CREATE DATABASE {DATABASE}")
    cluster.rename(directory.cluster)
    _flush(directory.path)


def _flush(folder: Path) -> None:
    # Were the new name lost in a power cut, the next start would take the cluster for an unfinished one.
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _run_alone(account: Account, binaries: Path, cluster: Path, statement: str) -> None:
    """Run a statement in a server of its own that nobody can connect to."""
    result = account.run(binaries / "postgres", "--single", "-D", cluster, "postgres", text=f"{statement}\n")
    if result.returncode or "ERROR:" in result.stderr:
        raise EmbeddedPostgresError(f"PostgreSQL could not prepare {cluster}:\n{result.stderr.strip()}")


def _require_same_release(directory: DataDirectory, account: Account, binaries: Path) -> None:
    made_by = (directory.cluster / "PG_VERSION").read_text().strip()
    installed = account.run(binaries / "postgres", "--version").stdout.split()[-1]
    if installed.split(".")[0] != made_by:
        raise EmbeddedPostgresError(
            f"{directory.path} was made by PostgreSQL {made_by}, and {installed} is installed: dump the database with "
            "the release that made it and restore it into a new directory."
        )


def _socket_directory(directory: DataDirectory, account: Account, port: int) -> Path:
    """The data directory, or a short private one where its path cannot be the address of a socket."""
    if _fits(directory.path, port):
        return directory.path
    short = Path(tempfile.gettempdir(), directory.mark)
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
        account.own(short)
    found = short.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    # Somebody else could have put a directory or link of that name there first.
    if found.st_uid != owner or found.st_mode & 0o170077 != 0o040000 or not _fits(short, port):
        raise EmbeddedPostgresError(
            f"{directory.path} cannot be the address of a Unix socket (length, comma), and {short} cannot stand in for "
            "it. Point MILEPOST_DATA_DIR at a shorter, plainer path."
        )
    return short


def _fits(folder: Path, port: int) -> bool:
    # Drivers take a comma for the end of one host and the beginning of the next.
    return len(os.fsencode(folder / f".s.PGSQL.{port}")) <= LONGEST_SOCKET_PATH and "," not in str(folder)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
