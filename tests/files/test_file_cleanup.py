"""The daily clean-up, a scheduled run: what nobody needs goes, and only that."""

import os
from datetime import UTC, datetime, timedelta

from domain.files import new_storage_key
from integrations.files import files_in_use
from integrations.local_files import LocalFiles
from jobs.files import clean_up
from jobs.scheduled_runs import keep
from tests.makers.files import PDF, PNG, kept, make_file, make_handed_over, sent, status_of
from tests.world import World


async def lying_there(world: World, *, days: float) -> str:
    """The key of bytes that belong to no file, stored so many days ago."""
    store, key = files_in_use(), new_storage_key()
    assert isinstance(store, LocalFiles)

    async def content() -> object:
        yield PDF

    await store.receive(key, content(), len(PDF))
    stored = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(world.mail_folder.with_name("files") / key[:2] / key, (stored, stored))
    return key


async def test_files_without_use_go_after_a_week_and_attached_ones_stay(world: World) -> None:
    client, ada = await world.client_side(), await world.freelancer_side()
    await make_handed_over(world, client, ada)
    unused = await make_file(ada)
    rejected = await make_file(ada, PNG)
    assert await status_of(ada, rejected) == "REJECTED"
    world.clock.advance(timedelta(days=6))
    await world.settle()
    assert (await status_of(ada, unused), await status_of(ada, rejected)) == ("CLEAN", "REJECTED")
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert (await status_of(ada, unused), await status_of(ada, rejected)) == (None, None)
    left = (await ada.ask("{ files { nodes { name status } } }"))["files"]["nodes"]
    assert left == [{"name": "plan.pdf", "status": "CLEAN"}]
    assert len(kept(world)) == 1


async def test_bytes_that_belong_to_no_file_go_once_they_are_a_day_old(world: World) -> None:
    ada = await world.freelancer_side()
    file_id = await make_file(ada)
    young = await lying_there(world, days=0.9)
    old = await lying_there(world, days=1.1)
    foreign = world.mail_folder.with_name("files") / "read.me"
    foreign.write_text("Put here by people.")
    os.utime(foreign, (0, 0))
    world.clock.advance(timedelta(days=1))
    await world.settle()
    assert old not in kept(world)
    assert {young, "read.me"} < set(kept(world))
    assert await status_of(ada, file_id) == "CLEAN"
    assert len(kept(world)) == 3


async def test_the_clean_up_runs_every_day_at_five_and_says_how_much_went(world: World) -> None:
    entered = dict[str, datetime]()

    async def runs() -> int:
        return await keep(world.database, {"files.cleanup": clean_up}, entered, world.clock.now())

    assert await runs() == 1
    await lying_there(world, days=2)
    await lying_there(world, days=3)
    world.clock.advance(_until(world, hour=4, minute=59))
    assert (await runs(), len(kept(world))) == (0, 2)
    world.clock.advance(timedelta(minutes=1))
    assert (await runs(), kept(world)) == (1, [])
    later = await lying_there(world, days=2)
    world.clock.advance(timedelta(hours=12))
    assert (await runs(), kept(world)) == (0, [later])
    found = await (await world.staff()).ask("{ scheduledRuns { nodes { name scheduledAt status handled } } }")
    of_cleanup, today = {"name": "files.cleanup", "status": "SUCCEEDED"}, world.clock.now().date()
    assert found["scheduledRuns"]["nodes"] == [
        of_cleanup | {"scheduledAt": f"{today}T05:00:00Z", "handled": 2},
        of_cleanup | {"scheduledAt": f"{today - timedelta(days=1)}T05:00:00Z", "handled": 0},
    ]


async def test_uploads_that_are_under_way_are_left_alone(world: World) -> None:
    ada = await world.freelancer_side()
    world.clock.advance(_until(world, hour=5, minute=0))
    upload = await sent(ada)
    await world.settle()
    assert len(kept(world)) == 1
    await ada.do("completeUpload", "file { status }", fileId=upload.id)


def _until(world: World, *, hour: int, minute: int) -> timedelta:
    """From now to that time of the next day."""
    now = world.clock.now()
    return now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=1) - now
