"""The types, statuses and packing of answers, from the ordinary executor and from plans alike."""

import gzip
from typing import Any

import httpx2
import pytest

from server.media import GRAPHQL, JSON, answer_type
from server.packed import PACKED_FROM
from tests.makers.identity import PASSWORD, make_account
from tests.world import World

SESSION = "session { id ip userAgent expiresAt tokenExpiresAt createdAt }"
LARGE = "{ " + " ".join(f"a{i}: viewer {{ {SESSION} }}" for i in range(20)) + " }"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8", GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/json, application/graphql-response+json;q=0.5", JSON),
        ("application/graphql-response+json;q=0, */*", JSON),
        ("Application/GraphQL-Response+JSON", GRAPHQL),
        ("application/json;q=many", JSON),
        ("text/html", None),
        ("application/json;q=0", None),
        ("multipart/mixed", None),
    ],
)
def test_the_type_is_the_one_that_is_wanted_most(accept: str, given: str | None) -> None:
    assert answer_type(accept) == given


async def asked(world: World, query: str, variables: Any = None, **headers: str) -> httpx2.Response:
    """Twice: the second answer may come from a plan, and has to look like the first."""
    body = {"query": query, "variables": variables or {}}
    first, second = [await world.client.http.post("/graphql", json=body, headers=headers) for _ in range(2)]
    for name in ("content-type", "content-encoding", "vary", "cache-control", "x-content-type-options"):
        assert first.headers.get(name) == second.headers.get(name), name
    assert first.status_code == second.status_code
    return second


@pytest.mark.parametrize(("accept", "given"), [("application/graphql-response+json", GRAPHQL), ("*/*", JSON)])
async def test_planned_or_not_an_answer_has_the_type_that_was_asked_for(world: World, accept: str, given: str) -> None:
    client = await world.client_side()
    answer = await asked(world, LARGE, accept=accept, authorization=f"Bearer {client.token}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, given)


async def test_whoever_accepts_neither_type_is_told_so(world: World) -> None:
    answer = await asked(world, "{ __typename }", accept="text/html")
    assert (answer.status_code, answer.headers["content-type"]) == (406, JSON)
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query($a: ID!) { gig(id: $a) { id } }"])
async def test_what_cannot_run_has_no_data_and_a_status_of_its_own_in_the_new_type(world: World, query: str) -> None:
    new, old = await asked(world, query, accept=GRAPHQL), await asked(world, query, accept=JSON)
    assert (new.status_code, old.status_code) == (400, 200)
    assert ("data" in new.json(), "data" in old.json()) == (False, False)


async def test_a_field_that_fails_leaves_the_status_alone(world: World) -> None:
    answer = await asked(world, "{ gigs { totalCount } }", accept=GRAPHQL)
    assert (answer.status_code, answer.json()["data"]) == (200, None)


async def test_large_answers_are_packed_for_whoever_takes_that(world: World) -> None:
    signed_in = {"authorization": f"Bearer {(await world.client_side()).token}"}
    packed = await asked(world, LARGE, **signed_in, **{"accept-encoding": "gzip"})
    plain = await asked(world, LARGE, **signed_in, **{"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert "content-encoding" not in plain.headers
    assert packed.json()["data"] == plain.json()["data"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert len(plain.content) >= PACKED_FROM


async def test_small_answers_are_not_packed(world: World) -> None:
    assert "content-encoding" not in (await asked(world, "{ __typename }")).headers


async def test_answers_of_mutations_are_never_packed_because_they_may_show_a_secret(world: World) -> None:
    await make_account(world)
    fields = "token " + " ".join(f"a{i}: {SESSION}" for i in range(20))
    query = f"mutation($input: SignInInput!) {{ signIn(input: $input) {{ ... on SignInPayload {{ {fields} }} }} }}"
    answer = await asked(world, query, {"input": {"email": "ada@example.com", "password": PASSWORD}})
    assert len(answer.content) >= PACKED_FROM
    assert "content-encoding" not in answer.headers


async def test_the_schema_is_kept_packed(world: World) -> None:
    async with world.client.http.stream("GET", "/schema.graphql", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert gzip.decompress(raw).startswith(b'"""What')
