"""Trusted documents over HTTP: asked by their hash in both ways, by GET and POST; and who may ask anything else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest

from domain.actors import SYSTEM
from domain.rate_limits import Allowance, CallerKind
from domain.trusted_documents import TrustedDocument, hash_of
from persistence.trusted_documents import retire, trust
from persistence.unit import transact
from resolvers.rate_limits import RateLimits
from server.app import create_app
from tests.world import World

NAMED = "query Named($all: Boolean! = false){__typename ...on Query@include(if:$all){rateLimit{limit}}}"
VIEWER = "query Who{viewer{user{email}}}"
SIGNED_IN_ONLY = frozenset(CallerKind) - {CallerKind.ANONYMOUS}
GRAPHQL = "application/graphql-response+json"


@asynccontextmanager
async def trusting(world: World, *texts: str, **settings: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A server of its own, which trusts these documents of the release 1.0 of a client named web."""
    await _trust(world, *texts)
    app = create_app(world.database, world.clock, **settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://t") as http,
    ):
        yield http


async def _trust(world: World, *texts: str) -> None:
    documents = [TrustedDocument("Some", text) for text in texts]
    adding = partial(trust, client="web", release="1.0", documents=documents)
    await transact(world.database, adding, by=SYSTEM, at=world.clock.now())


def by_id(text: str, **more: Any) -> dict[str, Any]:
    return {"documentId": f"sha256:{hash_of(text)}", **more}


def persisted(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}, **more}


async def answer(http: httpx2.AsyncClient, asked: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body: dict[str, Any] = (await http.post("/graphql", json=asked, headers=headers)).json()
    return body


def fault_of(body: dict[str, Any]) -> tuple[str, str]:
    [error] = body["errors"]
    assert body.get("data") is None
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("named", [by_id, persisted])
async def test_a_document_is_asked_by_its_hash_again_and_again(world: World, named: Any) -> None:
    async with trusting(world, NAMED) as http:
        for all_, data in ((False, {"__typename": "Query"}), (True, {"__typename", "rateLimit"})) * 2:
            found = await answer(http, named(NAMED, variables={"all": all_}))
            assert found["data"].keys() == set(data)
            assert found["extensions"]["cost"]["requested"] == int(all_)


async def test_it_is_asked_by_get_with_its_variables(world: World) -> None:
    extensions = json.dumps(persisted(NAMED)["extensions"])
    variables = json.dumps({"all": True, "documentId": "of no meaning"})
    async with trusting(world, NAMED) as http:
        for named in (by_id(NAMED), {"extensions": extensions}):
            found = (await http.get("/graphql", params={**named, "variables": variables})).json()
            assert found["data"].keys() == {"__typename", "rateLimit"}
        assert (await http.get("/graphql", params=by_id(NAMED))).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (by_id("{ nobody }"), "No trusted document has this id: its release may be retired."),
        (persisted("{ nobody }"), "PersistedQueryNotFound"),
    ],
)
async def test_an_unknown_hash_is_the_fault_that_clients_look_for(
    world: World, named: dict[str, Any], message: str
) -> None:
    async with trusting(world, NAMED) as http:
        for kind, status in (("application/json", 200), (GRAPHQL, 400)):
            found = await http.post("/graphql", json=named, headers={"accept": kind})
            assert fault_of(found.json()) == ("PERSISTED_QUERY_NOT_FOUND", message)
            assert found.status_code == status


async def test_nobody_adds_a_document_by_sending_it_with_its_hash(world: World) -> None:
    async with trusting(world, NAMED) as http:
        [error] = (await answer(http, persisted(VIEWER, query=VIEWER)))["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert fault_of(await answer(http, persisted(VIEWER)))[0] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("named", [by_id, persisted])
async def test_text_and_hash_have_to_be_of_one_document(world: World, named: Any) -> None:
    async with trusting(world, NAMED) as http:
        assert (await answer(http, named(NAMED, query=NAMED)))["data"] == {"__typename": "Query"}
        fault = fault_of(await answer(http, named(NAMED, query=VIEWER)))
        assert fault == ("BAD_USER_INPUT", "The hash is not that of the document beside it. Send one of them.")


@pytest.mark.parametrize(
    "asked",
    [
        {"documentId": "latest"},
        {"documentId": 5},
        {"extensions": {"persistedQuery": "latest"}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hash_of(NAMED)}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
    ],
)
async def test_what_is_no_hash_is_said(world: World, asked: dict[str, Any]) -> None:
    async with trusting(world, NAMED) as http:
        assert fault_of(await answer(http, asked))[0] == "BAD_USER_INPUT"


async def test_whoever_has_not_signed_in_may_be_kept_to_trusted_documents(world: World) -> None:
    person = await world.client_side()
    async with trusting(world, NAMED, free_form=SIGNED_IN_ONLY) as http:
        assert (await answer(http, {"query": NAMED}))["data"] == {"__typename": "Query"}
        for _ in range(2):
            code, message = fault_of(await answer(http, {"query": "query Other { __typename }"}))
            assert code == "DOCUMENT_NOT_TRUSTED"
            assert "released client" in message
            await answer(http, {"query": "query Other { __typename }"}, person.token)
        assert fault_of((await http.get("/graphql", params={"query": "{ __typename }"})).json())[0] == (
            "DOCUMENT_NOT_TRUSTED"
        )


async def test_naming_what_is_unknown_counts_as_asking(world: World) -> None:
    limits = RateLimits({CallerKind.ANONYMOUS: Allowance(3, 100, 1, 100)})
    async with trusting(world, NAMED, rate_limits=limits) as http:
        codes = [fault_of(await answer(http, by_id("{ nobody }")))[0] for _ in range(4)]
    assert codes == ["PERSISTED_QUERY_NOT_FOUND"] * 3 + ["RATE_LIMITED"]


async def test_a_trusted_document_is_never_a_new_one(world: World) -> None:
    limits = RateLimits({CallerKind.ANONYMOUS: Allowance(100, 100, 1, 1)})
    fresh = [f"query Fresh{number}{{__typename}}" for number in range(3)]
    async with trusting(world, *fresh, rate_limits=limits) as http:
        for text in fresh:
            assert (await answer(http, by_id(text)))["data"] == {"__typename": "Query"}


async def test_a_release_is_trusted_in_running_processes_until_it_is_retired(world: World) -> None:
    later = "query Later{__typename}"
    async with trusting(world) as http:
        assert "errors" in await answer(http, by_id(later))
        await _trust(world, later)
        await _until(http, by_id(later), "data")
        retiring = partial(retire, client="web", release="1.0")
        assert await transact(world.database, retiring, by=SYSTEM, at=world.clock.now())
        await _until(http, by_id(later), "errors")
        assert not await transact(world.database, retiring, by=SYSTEM, at=world.clock.now())


async def _until(http: httpx2.AsyncClient, asked: dict[str, Any], wanted: str) -> None:
    """Asks until the process has heard of a change."""
    for _ in range(500):
        if (await answer(http, asked)).get(wanted) is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"no {wanted}")
