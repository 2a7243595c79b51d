"""Documents that cost too much before they run, and bodies that are no documents: coded protocol errors, no trace."""

import pytest

from tests.world import World


async def code_of(world: World, query: str) -> str:
    body = await world.client.post(query)
    (error,) = body["errors"][:1]
    assert set(error["extensions"]) >= {"code", "requestId"}
    assert "Traceback" not in str(body)
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{i}: gigCategories {{ totalCount }}" for i in range(101)) + " }",
        "{ gigs { nodes " + "{ history { nodes { organization { id } } } } " * 1 + " } " + "x " * 5_001 + "}",
        "mutation { " + " ".join(f"a{i}: publishGig(input: {{}}) {{ __typename }}" for i in range(11)) + " }",
        "{ gigs { nodes { nowhere } } }",
        "{ gigs { nodes {",
        "query A { __typename } query A { __typename }",
        "{ ...F } fragment F on Query { ...F }",
        "",
        f'{{ gig(id: "{"x" * 100_000}") {{ id }} }}',
    ],
    ids=[
        "aliases",
        "tokens",
        "root mutations",
        "unknown field",
        "syntax",
        "names",
        "circular fragment",
        "empty",
        "characters",
    ],
)
async def test_a_bad_document_is_a_coded_error(world: World, query: str) -> None:
    assert await code_of(world, query) in {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ " + " ".join(f"a{i}: gigCategories {{ totalCount }}" for i in range(101)) + " }", 100),
        ("mutation { " + " ".join(f"a{i}: signOut(input: {{}}) {{ __typename }}" for i in range(11)) + " }", 10),
        ("{ viewer { invitations { organization { id } } } }".replace("id }", "id " + "... on Node { id " * 80), 60),
        ('{ gig(id: "' + "x" * 100_000 + '") { id } }', 100_000),
        ("{ " + "[" * 3_000 + " }", 60),
        ("{" * 4_000, 60),
    ],
    ids=["aliases", "root mutations", "fragments in fragments", "characters", "lists in lists", "nothing but brackets"],
)
async def test_a_document_beyond_a_limit_is_told_the_limit(world: World, query: str, limit: int) -> None:
    before = world.client.statements
    body = await world.client.post(query)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]
    assert body["errors"][0]["extensions"]["limit"] == limit
    assert world.client.statements == before


async def test_brackets_in_texts_and_comments_are_none(world: World) -> None:
    query = '{ gig(id: "' + "{" * 200 + '") { id } } # ' + "[" * 200
    assert (await world.client.post(query))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("ids", "limit"), [([[[[[[[[[[[["x"]]]]]]]]]]]], 10), (["x"] * 1_001, 1_000)], ids=["deep", "long"]
)
async def test_variables_have_limits_of_their_own(world: World, ids: object, limit: int) -> None:
    person = await world.client_side()
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await world.client.post(query, {"ids": []}, person.token)
    for _ in range(2):
        body = await world.client.post(query, {"ids": ids}, person.token)
        [error] = body["errors"]
        assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("BAD_USER_INPUT", limit)


async def test_a_protected_field_without_credentials_is_unauthenticated(world: World) -> None:
    assert await code_of(world, "{ gigs { totalCount } }") == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"query": 5}',
        b'{"variables": {}}',
        b'{"query": "{ __typename }", "operationName": [1]}',
    ],
)
async def test_a_malformed_body_is_a_coded_error(world: World, body: bytes) -> None:
    answer = await world.client.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    body = b'{"query": "' + b" " * 1_000_001 + b'"}'
    answer = await world.client.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_request_id_of_the_caller_is_echoed_if_it_is_safe(world: World) -> None:
    safe = await world.client.http.get("/health/live", headers={"x-request-id": "abc-1.2_3"})
    assert safe.headers["x-request-id"] == "abc-1.2_3"
    unsafe = await world.client.http.get("/health/live", headers={"x-request-id": "a b\tc"})
    assert unsafe.headers["x-request-id"] != "a b\tc"


async def test_readiness_names_its_dependencies_with_their_latency(world: World) -> None:
    answer = await world.client.http.get("/health/ready")
    names = {dependency["name"] for dependency in answer.json()["dependencies"]}
    assert names == {"database", "schema", "storage"}
    assert all(dependency["latencyMs"] >= 0 for dependency in answer.json()["dependencies"])
