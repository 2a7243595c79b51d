"""Where files are kept, how many, and who scans them: as the environment says, and as the metrics tell."""

from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from integrations.clamav import ClamAv
from integrations.s3_files import Bucket
from server.app import create_app
from server.settings import CannotRun, Settings
from tests.makers.files import sent
from tests.world import World


def test_unless_said_files_lie_in_the_data_directory_and_nobody_scans_them() -> None:
    settings = Settings.read({"MILEPOST_DATA_DIR": "/srv/milepost"})
    assert settings.files == Path("/srv/milepost/files")
    assert settings.storage_limit == 10_000_000_000
    assert settings.scanner is None


def test_files_lie_where_the_environment_says() -> None:
    given = {"MILEPOST_FILES_URL": "s3://files?region=eu", "MILEPOST_STORAGE_LIMIT": "5"}
    settings = Settings.read({**given, "MILEPOST_SCANNER_URL": "clamav://scanner"})
    assert settings.files == Bucket("files", region="eu")
    assert settings.storage_limit == 5_000_000
    assert settings.scanner == ClamAv("scanner")
    assert Settings.read({"MILEPOST_FILES_URL": "file:///srv/a%20b"}).files == Path("/srv/a b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILEPOST_FILES_URL", "file://host/path"),
        ("MILEPOST_FILES_URL", "/srv/files"),
        ("MILEPOST_SCANNER_URL", "scanner:3310"),
        ("MILEPOST_STORAGE_LIMIT", "0"),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_starts(name: str, value: str) -> None:
    with pytest.raises(CannotRun, match=f"^{name} takes "):
        Settings.read({name: value})


async def test_metrics_say_how_many_files_wait_for_their_scan(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await sent(ada)
    await ada.do("completeUpload", "file { status }", fileId=upload.id)
    app = create_app(world.database, world.clock, metrics_token="of the scraper")
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://t") as http:
        text = (await http.get("/metrics", headers={"authorization": "Bearer of the scraper"})).text
    assert 'milepost_files_unfinished{status="SCANNING"} 1.0' in text
    assert 'milepost_files_unfinished{status="INFECTED"} 0.0' in text
