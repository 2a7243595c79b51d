"""The feed of a file, for whoever may see it."""

from tests.live.sockets import Socket
from tests.makers.files import announce, make_file, sent
from tests.world import World

FILE = (
    "subscription($id: ID!, $after: Cursor) { fileStatusChanged(fileId: $id, after: $after) {"
    " event { type data } file { status } } }"
)


async def test_the_uploader_hears_what_becomes_of_a_file(world: World, live: str) -> None:
    ada = await world.freelancer_side()
    cursor = (await ada.ask("{ liveCursor }"))["liveCursor"]
    upload = await sent(ada)
    await ada.do("completeUpload", "file { status }", fileId=upload.id)
    async with Socket.opened(live, ada.token) as socket:
        await socket.subscribe(FILE, id=upload.id, after=cursor)
        uploaded, scanned = [await socket.next() for _ in range(2)]
    assert uploaded["event"] == {"type": "file.uploaded", "data": {"purpose": "DELIVERABLE"}}
    assert scanned == {"event": {"type": "file.scanned", "data": {"status": "CLEAN"}}, "file": {"status": "CLEAN"}}


async def test_nobody_follows_a_file_that_they_may_not_see(world: World, live: str) -> None:
    client, ada = await world.client_side(), await world.freelancer_side()
    for file_id in ((await announce(ada, b"%PDF-")).id, await make_file(ada)):
        async with Socket.opened(live, client.token) as socket:
            await socket.subscribe(FILE, id=file_id)
            assert (await socket.error())["message"] == "There is no such file, or you may not see it."
