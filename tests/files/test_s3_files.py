"""Files in a bucket, on a real server that speaks S3: clients send to it and fetch from it, past our own server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from domain.files import new_storage_key
from integrations.files import NothingThere, Shown, StoreAway, files_in_use, use_files
from integrations.s3_files import Bucket, S3Files
from tests.files.store_server import StoreServer
from tests.makers.files import PDF, PNG, announce, download_url, status_of
from tests.world import Person, World

ALL = timedelta(days=-1)
"""Before: so long ago lies in the future, and everything is older than that."""


@dataclass(slots=True)
class Place:
    """The bucket, and a client that speaks with it as anybody would."""

    files: S3Files
    http: httpx2.AsyncClient


@pytest.fixture
async def place(world: World, bucket_server: StoreServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    for name, value in bucket_server.environment.items():
        monkeypatch.setenv(name, value)
    files = S3Files(Bucket.of(bucket_server.url))
    use_files(files)
    async for keys in files.older(datetime.now(UTC) - ALL):
        await files.remove(*keys)
    async with httpx2.AsyncClient() as http:
        yield Place(files, http)


async def uploaded(place: Place, person: Person, content: bytes, **changed: object) -> str:
    upload = await announce(person, content, **changed)
    answer = await place.http.put(upload.url, content=content, headers=upload.headers)
    assert answer.status_code == 200, answer.text
    await person.do("completeUpload", "file { status }", fileId=upload.id)
    await person.world.settle()
    return upload.id


async def kept(place: Place) -> list[str]:
    return [key async for keys in place.files.older(datetime.now(UTC) - ALL) for key in keys]


async def test_bytes_go_straight_into_the_bucket_and_come_straight_from_it(world: World, place: Place) -> None:
    ada, content = await world.freelancer_side(), PDF + b"x" * 9_000_000
    file_id = await uploaded(place, ada, content, name="план.pdf")
    assert await status_of(ada, file_id) == "CLEAN"
    assert len(await kept(place)) == 1
    url = await download_url(ada, file_id)
    assert url is not None
    answer = await place.http.get(url)
    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"____.pdf\"; filename*=UTF-8''%D0%BF%D0%BB%D0%B0%D0%BD.pdf"
    )


async def test_images_of_a_bucket_are_shown_in_place(world: World, place: Place) -> None:
    ada = await world.freelancer_side()
    file_id = await uploaded(place, ada, PNG, purpose="AVATAR", name="me.png", contentType="image/png")
    url = await download_url(ada, file_id)
    assert url is not None
    assert (await place.http.get(url)).headers["content-disposition"].startswith("inline;")


async def test_an_address_of_a_bucket_opens_nothing_else_and_not_for_ever(world: World, place: Place) -> None:
    ada = await world.freelancer_side()
    url = await download_url(ada, await uploaded(place, ada, PDF))
    assert url is not None
    assert "X-Amz-Expires=300" in url
    assert (await place.http.put(url, content=PDF)).status_code == 403
    assert (await place.http.get(url.replace("X-Amz-Expires=300", "X-Amz-Expires=301"))).status_code == 403
    upload = await announce(ada, PDF)
    assert "X-Amz-Expires=900" in upload.url
    assert (await place.http.get(upload.url)).status_code == 403
    assert (await place.http.put(upload.url.partition("?")[0], content=PDF)).status_code == 403


@pytest.mark.parametrize("content", [PDF[:-1], PDF + b"!", PDF[::-1]])
async def test_other_bytes_in_the_bucket_than_announced_are_rejected_and_removed(
    world: World, place: Place, content: bytes
) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    assert (await place.http.put(upload.url, content=content)).status_code == 200
    done = await ada.do("completeUpload", "file { status }", fileId=upload.id)
    assert done["file"] == {"status": "REJECTED"}
    assert await kept(place) == []


async def test_what_is_sent_again_never_takes_the_place_of_what_was_scanned(world: World, place: Place) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    await place.http.put(upload.url, content=PDF)
    await ada.do("completeUpload", "file { status }", fileId=upload.id)
    await world.settle()
    await place.http.put(upload.url, content=PDF[::-1])
    url = await download_url(ada, upload.id)
    assert url is not None
    assert (await place.http.get(url)).content == PDF


async def test_nothing_lies_under_an_unknown_key(world: World, place: Place) -> None:
    key = new_storage_key()
    assert await place.files.size(key) is None
    with pytest.raises(NothingThere):
        await place.files.look(key)
    with pytest.raises(NothingThere):
        await place.files.keep(key, new_storage_key(), Shown("a", "image/png"))
    await place.files.remove(key)


async def test_while_the_bucket_is_away_uploads_are_refused_and_can_be_repeated(world: World, place: Place) -> None:
    ada = await world.freelancer_side()
    upload = await announce(ada, PDF)
    await place.http.put(upload.url, content=PDF)
    away = S3Files(Bucket.of("s3://gone?endpoint=http://127.0.0.1:9&region=us-east-1"), patience=timedelta())
    use_files(away)
    assert (await ada.refused("completeUpload", fileId=upload.id))["code"] == "PROVIDER_UNAVAILABLE"
    with pytest.raises(StoreAway):
        await files_in_use().remove(new_storage_key())
    with pytest.raises(StoreAway):
        await files_in_use().probe()
    use_files(place.files)
    await files_in_use().probe()
    await ada.do("completeUpload", "file { status }", fileId=upload.id)


@pytest.mark.parametrize(
    "url", ["s3://", "https://bucket", "s3://bucket?secret=x", "s3://me:secret@bucket", "s3://bucket?endpoint=ftp://a"]
)
def test_anything_else_than_the_address_of_a_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="takes s3://bucket") as refused:
        Bucket.of(url)
    assert "secret@" not in str(refused.value)


def test_a_bucket_may_have_a_folder_an_endpoint_and_a_region() -> None:
    assert Bucket.of("s3://files") == Bucket("files")
    assert Bucket.of("s3://files/a/b?endpoint=https://s3.example&region=eu") == Bucket(
        "files", "a/b", "https://s3.example", "eu"
    )
