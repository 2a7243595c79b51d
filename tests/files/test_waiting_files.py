"""A scanner that is away: files wait for it, however long it takes, and operators see that they do."""

from collections.abc import AsyncIterator
from datetime import timedelta

from integrations.scanners import NoScanner, ScannerAway, use_scanner
from jobs import worker
from tests.makers.files import kept, sent, status_of
from tests.world import World

LONGER_THAN_ALL_RETRIES = timedelta(hours=5)
BETWEEN_ATTEMPTS = timedelta(minutes=7)
WAITING = (
    '{ jobs(filter: { kind: ["scan_file"] }) { nodes { status attempts error } }'
    " systemStatus { jobs { kind status count } } }"
)


class Away:
    """A scanner that does not answer, with a count of those who asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        self.asked += 1
        raise ScannerAway("nobody is there")


async def test_a_file_waits_for_its_scanner_however_long_that_is_away(world: World) -> None:
    ada, staff, away = await world.freelancer_side(), await world.staff(), Away()
    use_scanner(away)
    upload = await sent(ada)
    await ada.do("completeUpload", "file { status }", fileId=upload.id)
    back_at = world.clock.now() + LONGER_THAN_ALL_RETRIES
    while world.clock.now() < back_at:
        await worker.settle(world.database, world.clock.now)
        world.clock.advance(BETWEEN_ATTEMPTS)
    assert away.asked == LONGER_THAN_ALL_RETRIES // BETWEEN_ATTEMPTS + 1
    assert await status_of(ada, upload.id) == "SCANNING"
    # What was copied for an attempt is not left behind.
    assert len(kept(world)) == 1
    found = await staff.ask(WAITING)
    [job] = found["jobs"]["nodes"]
    assert (job["status"], job["error"]) == ("RETRYING", "ScannerAway: nobody is there")
    assert {"kind": "scan_file", "status": "RETRYING", "count": 1} in found["systemStatus"]["jobs"]

    use_scanner(NoScanner())
    await world.settle()
    assert await status_of(ada, upload.id) == "CLEAN"
    [job] = (await staff.ask(WAITING))["jobs"]["nodes"]
    assert (job["status"], job["error"]) == ("SUCCEEDED", None)
