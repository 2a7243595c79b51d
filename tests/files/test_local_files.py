"""The addresses at which this server itself takes and gives files: what they open, until when, and nothing more."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from structlog.testing import capture_logs

from integrations.file_links import FileLinks
from integrations.files import Shown, files_in_use
from integrations.local_files import LocalFiles
from integrations.vault import Vault, new_key
from tests.makers.files import PDF, PNG, announce, download_url, kept, make_file, sent
from tests.world import World

KEY = "0123456789abcdef" * 2
LATER = datetime.now(UTC) + timedelta(hours=1)


def links(*names: str) -> FileLinks:
    return FileLinks(Vault.of(",".join(f"{name}:{new_key()}" for name in names)), "http://t")


def query_of(url: str) -> str:
    return url.partition("?")[2]


def test_a_signed_address_opens_what_it_says_for_what_it_says() -> None:
    made = links("first")
    query = query_of(made.made("PUT", KEY, LATER, size="10"))
    assert made.read("PUT", KEY, query, datetime.now(UTC)) == {"until": str(int(LATER.timestamp())), "size": "10"}
    assert made.read("GET", KEY, query, datetime.now(UTC)) is None
    assert made.read("PUT", KEY[::-1], query, datetime.now(UTC)) is None
    assert made.read("PUT", KEY, query, LATER) is None
    assert made.read("PUT", KEY, "", datetime.now(UTC)) is None
    assert links("first").read("PUT", KEY, query, datetime.now(UTC)) is None


@pytest.mark.parametrize("place", range(3))
def test_whatever_is_changed_in_an_address_closes_it(place: int) -> None:
    made = links("first")
    fields = query_of(made.made("PUT", KEY, LATER, size="10")).split("&")
    fields[place] = fields[place][:-1] + ("0" if fields[place][-1] != "0" else "1")
    assert made.read("PUT", KEY, "&".join(fields), datetime.now(UTC)) is None


def test_addresses_outlive_a_change_of_keys() -> None:
    first, second = (f"{name}:{new_key()}" for name in ("first", "second"))
    query = query_of(FileLinks(Vault.of(first), "").made("GET", KEY, LATER, type="image/png", name="a"))
    assert FileLinks(Vault.of(f"{second},{first}"), "").read("GET", KEY, query, datetime.now(UTC)) is not None
    assert FileLinks(Vault.of(second), "").read("GET", KEY, query, datetime.now(UTC)) is None


@pytest.mark.parametrize("content", [PDF[:-1], PDF + b"!", b"", b"x" * 3_000_000])
async def test_exactly_the_announced_bytes_are_taken(world: World, content: bytes) -> None:
    upload = await announce(await world.freelancer_side(), PDF)

    async def pieces() -> object:
        yield content

    refused = await world.client.http.put(upload.url, content=content)
    unannounced = await world.client.http.put(upload.url, content=pieces())
    for answer in (refused, unannounced):
        assert (answer.status_code, answer.text) == (400, f"Send exactly {len(PDF)} bytes.\n")
        assert answer.headers["connection"] == "close"
    assert kept(world) == []


async def test_a_file_larger_than_the_body_of_any_other_request_arrives(world: World) -> None:
    ada, content = await world.freelancer_side(), b"%PDF-" + b"x" * 3_000_000
    url = await download_url(ada, await make_file(ada, content))
    assert url is not None
    assert (await world.client.http.get(url)).content == content


async def test_a_download_says_how_it_is_to_be_treated(world: World) -> None:
    ada = await world.freelancer_side()
    url = await download_url(ada, await make_file(ada, name='a "plan"\u2028.pdf'.replace("\u2028", "")))
    assert url is not None
    headers = (await world.client.http.get(url)).headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-length"] == str(len(PDF))
    assert headers["content-disposition"] == (
        "attachment; filename=\"a _plan_.pdf\"; filename*=UTF-8''a%20%22plan%22.pdf"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "private, no-store"
    assert headers["accept-ranges"] == "none"


async def test_parts_of_a_file_are_not_given(world: World) -> None:
    ada = await world.freelancer_side()
    url = await download_url(ada, await make_file(ada))
    assert url is not None
    answer = await world.client.http.get(url, headers={"range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (200, PDF)


async def test_only_images_are_shown_in_place(world: World) -> None:
    ada = await world.freelancer_side()
    url = await download_url(ada, await make_file(ada, PNG, purpose="AVATAR", name="me.png", contentType="image/png"))
    assert url is not None
    headers = (await world.client.http.get(url)).headers
    assert headers["content-disposition"].startswith("inline;")
    assert headers["content-type"] == "image/png"


@pytest.mark.parametrize("key", ["..%2f..%2fetc%2fpasswd", KEY, "%00", "a/b"])
async def test_no_path_opens_anything_without_a_signature(world: World, key: str) -> None:
    for method in ("GET", "PUT"):
        answer = await world.client.http.request(method, f"/files/{key}?until=99999999999&size=1&signature=00")
        assert answer.status_code in (403, 404)
    assert kept(world) == []


async def test_an_address_to_fetch_is_none_to_send_to_and_the_other_way_round(world: World) -> None:
    ada = await world.freelancer_side()
    upload = await sent(ada)
    assert (await world.client.http.get(upload.url)).status_code == 403
    url = await download_url(ada, await make_file(ada))
    assert url is not None
    assert (await world.client.http.put(url, content=PDF)).status_code == 403


async def test_what_was_removed_is_not_there(world: World) -> None:
    ada = await world.freelancer_side()
    file_id = await make_file(ada)
    url = await download_url(ada, file_id)
    assert url is not None
    await ada.do("deleteFile", "deletedFileId", fileId=file_id)
    assert (await world.client.http.get(url)).status_code == 404


async def test_addresses_are_over_when_they_say(world: World) -> None:
    store = files_in_use()
    assert isinstance(store, LocalFiles)
    over = timedelta(seconds=-1)
    for method, url in (
        ("PUT", await store.upload_url(KEY, 1, over)),
        ("GET", await store.download_url(KEY, Shown("a", "image/png"), over)),
    ):
        answer = await world.client.http.request(method, url, content=b"x" if method == "PUT" else None)
        assert (answer.status_code, answer.text) == (
            403,
            "This address was changed, or its time is over: ask for another one.\n",
        )


async def test_no_signature_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, out = await world.freelancer_side(), StringIO()
    caplog.set_level("INFO", logger="milepost.request")
    # Where an earlier test has asked for JSON, lines about requests are written without structlog.
    monkeypatch.setattr("sys.stderr", out)
    with capture_logs() as lines:
        upload = await sent(ada, name="plans.pdf")
    written = repr(lines) + out.getvalue()
    assert upload.url.rpartition("/")[2].partition("?")[0] in written
    assert upload.url.rpartition("=")[2] not in written
    assert "plans.pdf" not in written
