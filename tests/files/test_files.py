"""Files through the API: announced, sent, completed, scanned, fetched, deleted, and seen by whom."""

from datetime import timedelta

from sqlalchemy import select

from domain.permissions import Role
from integrations.files import files_in_use, use_files
from integrations.scanners import use_scanner
from persistence.tables.platform import outbox
from tests.makers.colleagues import colleague
from tests.makers.files import PDF, PNG, announce, announced, download_url, kept, make_file, sent, status_of
from tests.makers.keys import make_key
from tests.world import World

STATUS = "file { status scanResult }"


async def test_a_file_is_announced_sent_completed_scanned_and_fetched(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    assert await status_of(ada, upload.id) == "PENDING"
    assert (await world.client.http.put(upload.url, content=PDF, headers=upload.headers)).status_code == 200
    done = await ada.do("completeUpload", "file { status availableActions { action allowed } }", fileId=upload.id)
    assert done["file"]["status"] == "SCANNING"
    assert await download_url(ada, upload.id) is None
    await world.settle()
    assert await status_of(ada, upload.id) == "CLEAN"
    url = await download_url(ada, upload.id)
    assert url is not None
    answer = await world.client.http.get(url)
    assert (answer.status_code, answer.content) == (200, PDF)


async def test_nobody_else_sees_a_file_that_is_attached_to_nothing(world: World) -> None:
    ada, foreign = await world.freelancer_side(), await world.client_side()
    near = await colleague(world, ada, Role.OWNER)
    file_id = await make_file(ada)
    for other in (near, foreign):
        assert await status_of(other, file_id) is None
        assert await download_url(other, file_id) is None
        assert (await other.refused("completeUpload", fileId=file_id))["code"] == "NOT_FOUND"
        assert (await other.refused("deleteFile", fileId=file_id))["code"] == "NOT_FOUND"
        assert (await other.ask("{ files { nodes { id } } }"))["files"]["nodes"] == []
    assert (await ada.ask("{ files { nodes { id } } }"))["files"]["nodes"] == [{"id": file_id}]


async def test_files_are_found_by_purpose_status_and_use(world: World) -> None:
    ada = await world.freelancer_side()
    work, portrait = await make_file(ada), await make_file(ada, PNG, purpose="AVATAR", contentType="image/png")
    waiting = (await announce(ada, PDF)).id
    ask = "query($filter: FileFilter) { files(filter: $filter) { nodes { id } } }"

    async def found(**conditions: object) -> set[str]:
        return {one["id"] for one in (await ada.ask(ask, filter=conditions))["files"]["nodes"]}

    assert await found(purpose=["AVATAR"]) == {portrait}
    assert await found(status=["PENDING"]) == {waiting}
    assert await found(status=["CLEAN"], isAttached=False) == {work, portrait}
    assert await found(isAttached=True) == set()


async def test_every_wrong_field_of_an_announcement_is_named(world: World) -> None:
    ada = await world.freelancer_side()
    wrong = {"purpose": "AVATAR", "name": "a\nb", "contentType": "application/pdf", "size": "5000001", "sha256": "AB"}
    refused = await ada.refused("createUpload", **announced(PDF, **wrong))
    assert refused["code"] == "INVALID"
    assert [one["path"] for one in refused["problems"]] == [["name"], ["contentType"], ["size"], ["sha256"]]


async def test_an_organization_keeps_so_much_and_no_more(world: World) -> None:
    ada = await world.freelancer_side()
    use_files(files_in_use(), limit=len(PDF))
    first = await announce(ada, PDF)
    refused = await ada.refused("createUpload", **announced(PDF))
    assert (refused["code"], refused["path"]) == ("LIMIT_REACHED", ["size"])
    await ada.do("deleteFile", "deletedFileId", fileId=first.id)
    await announce(ada, PDF)


async def test_to_complete_what_has_not_arrived_is_refused(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    assert (await ada.refused("completeUpload", fileId=upload.id))["from"] == "PENDING"
    file_id = await make_file(ada)
    assert (await ada.refused("completeUpload", fileId=file_id))["from"] == "CLEAN"


async def test_other_bytes_than_announced_are_rejected_and_removed(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    await world.client.http.put(upload.url, content=PDF[::-1], headers=upload.headers)
    done = (await ada.do("completeUpload", STATUS, fileId=upload.id))["file"]
    assert done == {
        "status": "REJECTED",
        "scanResult": "The bytes that arrived have another SHA-256 than was announced.",
    }
    assert kept(world) == []


async def test_content_of_another_type_than_declared_is_rejected(world: World) -> None:
    ada = await world.freelancer_side()
    file_id = await make_file(ada, PNG)
    found = await ada.ask("query($id: ID!) { file(id: $id) { status scanResult } }", id=file_id)
    assert found["file"] == {"status": "REJECTED", "scanResult": "Its content is image/png, not application/pdf."}
    assert kept(world) == []


async def test_what_is_sent_after_a_file_was_completed_never_takes_its_place(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await sent(ada)
    await ada.do("completeUpload", STATUS, fileId=upload.id)
    other = PDF[:-1] + b"!"
    assert (await world.client.http.put(upload.url, content=other, headers=upload.headers)).status_code == 200
    await world.settle()
    assert await status_of(ada, upload.id) == "REJECTED"
    clean = await sent(ada)
    await ada.do("completeUpload", STATUS, fileId=clean.id)
    await world.settle()
    assert (await world.client.http.put(clean.url, content=other, headers=clean.headers)).status_code == 200
    url = await download_url(ada, clean.id)
    assert url is not None
    assert (await world.client.http.get(url)).content == PDF


async def test_what_a_scanner_finds_something_in_is_kept_from_everybody_and_told_to_the_staff(world: World) -> None:
    class Finds:
        async def scan(self, content: object) -> str:
            return "Eicar-Test-Signature"

    staff, ada = await world.staff(), await world.freelancer_side()
    use_scanner(Finds())
    file_id = await make_file(ada)
    found = await ada.ask("query($id: ID!) { file(id: $id) { status scanResult } }", id=file_id)
    assert found["file"] == {"status": "INFECTED", "scanResult": "Eicar-Test-Signature"}
    assert await download_url(ada, file_id) is None
    assert (await ada.refused("deleteFile", fileId=file_id))["from"] == "INFECTED"
    told = outbox.c.type == "file.scanned", outbox.c.organization_ids.contains([staff.organization_id])
    async with world.database.reader() as session:
        assert (await session.scalars(select(outbox.c.data).where(*told))).all() == [{"status": "INFECTED"}]


async def test_an_upload_that_does_not_come_in_an_hour_expires_with_its_bytes(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await sent(ada)
    world.clock.advance(timedelta(minutes=59))
    await world.settle()
    assert await status_of(ada, upload.id) == "PENDING"
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    assert await status_of(ada, upload.id) == "EXPIRED"
    assert kept(world) == []
    assert (await ada.refused("completeUpload", fileId=upload.id))["from"] == "EXPIRED"


async def test_a_deleted_file_is_gone_with_its_bytes(world: World) -> None:
    ada = await world.freelancer_side()
    file_id = await make_file(ada)
    assert len(kept(world)) == 1
    assert (await ada.do("deleteFile", "deletedFileId", fileId=file_id)) == {"deletedFileId": file_id}
    assert await status_of(ada, file_id) is None
    assert kept(world) == []


async def test_a_key_sees_what_it_has_uploaded_itself(world: World) -> None:
    ada = await world.freelancer_side()
    key = await make_key(ada, "files:write")
    made = await key.do("createUpload", "file { id uploadedBy { id } }", **announced(PDF))
    assert made["file"]["uploadedBy"] is None
    assert (await key.ask("{ files { nodes { id } } }"))["files"]["nodes"] == [{"id": made["file"]["id"]}]
    assert await status_of(ada, made["file"]["id"]) is None


async def test_whoever_only_looks_uploads_nothing(world: World) -> None:
    ada = await world.client_side()
    looker = await colleague(world, ada, Role.VIEWER)
    assert (await looker.refused("createUpload", **announced(PDF)))["code"] == "FORBIDDEN"
