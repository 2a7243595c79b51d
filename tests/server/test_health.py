"""Readiness: 200 only while the process can serve and means to go on."""

from pathlib import Path

import asyncpg
import httpx2
import pytest

from integrations.file_links import FileLinks
from integrations.files import use_files
from integrations.local_files import LocalFiles
from integrations.vault import vault_in_use
from persistence.database import Database
from server.app import create_app
from server.clock import Clock
from server.migrations import database_at, head_revision, require_schema
from server.settings import CannotRun


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Path:
    """The folder of files."""
    use_files(LocalFiles(tmp_path / "files", FileLinks(vault_in_use(), "http://t")))
    return tmp_path / "files"


async def test_a_draining_process_is_not_ready_at_once(database: Database) -> None:
    app = create_app(database, Clock())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "ok")
        assert ready.json()["schemaRevision"] == head_revision()
        app.state.health.is_draining = True
        draining = await http.get("/health/ready")
        assert (draining.status_code, draining.json()["status"]) == (503, "draining")
        assert (await http.get("/health/live")).status_code == 200


async def test_a_database_that_is_empty_or_gone_makes_it_unavailable(postgres: str, new_database: str) -> None:
    for url, broken in ((new_database, ["schema"]), (database_at(postgres, "nowhere"), ["database", "schema"])):
        database = Database(url, pool_size=1)
        app = create_app(database, Clock())
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
            ready = await http.get("/health/ready")
            live = await http.get("/health/live")
        await database.close()
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert [one["name"] for one in ready.json()["dependencies"] if one["status"] != "ok"] == broken
        assert live.status_code == 200


async def test_a_store_of_files_that_is_gone_is_told_of_and_all_else_is_served(database: Database, store: Path) -> None:
    store.rmdir()
    app = create_app(database, Clock())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
        ready = await http.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    [storage] = [one for one in ready.json()["dependencies"] if one["name"] == "storage"]
    assert (storage["status"], storage["required"]) == ("unavailable", False)


@pytest.mark.parametrize(("revision", "status"), [("9999", 200), ("0001", 503)])
async def test_a_database_that_a_later_release_has_migrated_is_served(
    new_database: str, revision: str, status: int
) -> None:
    connection = await asyncpg.connect(new_database)
    await connection.execute("CREATE TABLE alembic_version (version_num text)")
    await connection.execute("INSERT INTO alembic_version VALUES ($1)", revision)
    await connection.close()
    assert await upgrade_is_needed(new_database) is (status == 503)
    database = Database(new_database, pool_size=1)
    app = create_app(database, Clock())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
        assert (await http.get("/health/ready")).status_code == status
    await database.close()


async def upgrade_is_needed(url: str) -> bool:
    try:
        await require_schema(url)
    except CannotRun:
        return True
    return False
