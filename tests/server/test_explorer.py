"""The explorer and the reference as served: policies, packed files, and nothing of a sandbox in production."""

import gzip
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from persistence.database import Database
from server.app import create_app
from server.clock import Clock
from server.seed import PASSWORD

EXPLORER = Path(__file__).parents[2] / "clients" / "explorer"


def http_of(database: Database, *, is_sandbox: bool = True) -> httpx2.AsyncClient:
    app = create_app(database, Clock(), is_sandbox=is_sandbox)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://milepost.test")


@pytest.fixture
async def http(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_of(database) as client:
        yield client


async def test_the_explorer_and_all_its_files_come_from_here(http: httpx2.AsyncClient) -> None:
    page = await http.get("/explorer")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    files = [one for one in addresses if one.startswith("/explorer/assets/")]
    assert len(files) >= 3
    assert set(addresses) - set(files) == {"/reference", "/schema.graphql"}
    for address in files:
        answer = await http.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


async def test_the_explorer_runs_nothing_but_its_own_files(http: httpx2.AsyncClient) -> None:
    policy = dict(
        one.strip().split(" ", 1) for one in (await http.get("/explorer")).headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


async def test_the_policy_of_the_api_stays_as_strict_as_it_was(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ __typename }"})
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_files_are_unpacked_for_whoever_cannot(http: httpx2.AsyncClient) -> None:
    packed = await http.get("/explorer", headers={"accept-encoding": "gzip"})
    plain = await http.get("/explorer", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.text == plain.text == gzip.decompress((EXPLORER / "built" / "index.html.gz").read_bytes()).decode()


@pytest.mark.parametrize("name", ["nothing.js", "..%2Findex.html", "..%2F..%2Fpackage.json"])
async def test_there_are_no_other_files(http: httpx2.AsyncClient, name: str) -> None:
    answer = await http.get(f"/explorer/assets/{name}")
    assert answer.status_code == 404


async def test_a_sandbox_says_whom_to_sign_in_as_and_production_does_not(database: Database) -> None:
    async with http_of(database) as sandbox, http_of(database, is_sandbox=False) as production:
        told, kept = await sandbox.get("/explorer/setup.json"), await production.get("/explorer/setup.json")
    assert (told.json()["password"], len(told.json()["people"])) == (PASSWORD, 5)
    assert (kept.json()["password"], kept.json()["people"]) == ("", [])
    assert told.json()["examples"] == kept.json()["examples"]


def test_the_built_explorer_is_the_one_of_these_sources() -> None:
    """`make explorer` builds it; clients/explorer/build.mjs computes the same hash."""
    names = [str(path.relative_to(EXPLORER)) for path in (EXPLORER / "src").rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for name in sorted([*names, "index.html", "vite.config.ts", "build.mjs", "package-lock.json"]):
        digest.update(f"{name}\n".encode())
        digest.update((EXPLORER / name).read_bytes())
    built = (EXPLORER / "built" / "sources.sha256").read_text().strip()
    assert built == digest.hexdigest(), "run `make explorer` and commit clients/explorer/built"


async def test_every_page_of_the_reference_is_served(http: httpx2.AsyncClient) -> None:
    overview = await http.get("/reference")
    pages = sorted(set(re.findall(r'href="(/reference/[A-Za-z]+)"', overview.text)))
    assert {"/reference/Gig", "/reference/Invoice", "/reference/map", "/reference/deprecations"} <= set(pages)
    answers = [await http.get(page) for page in pages]
    assert [one.status_code for one in answers] == [200] * len(pages)
    assert all("style-src 'self'" in one.headers["content-security-policy"] for one in answers)


async def test_a_page_that_is_not_there_says_where_to_start(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/reference/Nothing")
    assert (answer.status_code, answer.text) == (404, "The reference has no such page. Start at /reference.")
