"""What is thrown at GraphQL servers: each refused with a coded fault before a single statement runs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.client import Client
from tests.world import Person, World

COUNT = "gigs { totalCount }"
INTROSPECTION = "{ __schema { types { name } } }"
JSON = {"content-type": "application/json"}

NESTED = "{ gigs { nodes { " + "organization { " * 20 + "id" + " }" * 20 + " } } }"
FRAGMENTS = " ".join(f"fragment F{i} on Query {{ a{i}: __typename ...F{i + 1} }}" for i in range(40))
DOUBLING = " ".join(f"fragment D{i} on Gig {{ id ...D{i + 1} ...D{i + 1} }}" for i in range(25))

DOCUMENTS = {
    "alias overloading": "{ " + " ".join(f"a{i}: {COUNT}" for i in range(101)) + " }",
    "alias overloading in a fragment": "{ ...F ...F } fragment F on Query { "
    + " ".join(f"a{i}: {COUNT}" for i in range(101))
    + " }",
    "directive overloading": "{ gigs " + "@skip(if: false) " * 500 + "{ totalCount } }",
    "directives that do not exist": "{ gigs " + "@a" * 1_000 + " { totalCount } }",
    "field duplication": "{ " + f"{COUNT} " * 2_000 + "}",
    "field duplication as far as tokens go": "{ " + f"{COUNT} " * 1_200 + "}",
    "nested duplication as far as tokens go": "{ " + "gigs { nodes { organization { id } } } " * 490 + "}",
    "duplicated leaves": "{ gigs { " + "totalCount " * 5_100 + "} }",
    "conflicting fields": "{ gigs { nodes { " + " ".join(f"x: gig{i}" for i in range(400)) + " } } }",
    "a circular fragment": "{ ...F } fragment F on Query { ...F }",
    "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "fragments that double each other": "{ gigs { nodes { ...D0 } } } " + DOUBLING + " fragment D25 on Gig { id }",
    "many fragments": "{ ...F0 } " + FRAGMENTS + " fragment F40 on Query { ...F0 }",
    "deep nesting": NESTED,
    "deep brackets": "{ gigs" + "{" * 2_000 + "}" * 2_000 + " }",
    "deep values": "{ gig(id: " + "[" * 2_000 + "]" * 2_000 + ") { id } }",
    "many root mutations": "mutation { "
    + " ".join(f"m{i}: signOut(input: {{}}) {{ __typename }}" for i in range(11))
    + " }",
    "many operations": " ".join(f"query Q{i} {{ {COUNT} }}" for i in range(1_700)),
    "many variables": "query(" + " ".join(f"$v{i}: Int" for i in range(1_700)) + f") {{ {COUNT} }}",
    "a large document": "{ " + COUNT + " } # " + "x" * 100_000,
    "a pile of pages": "{ gigs(first: 100) { nodes { proposals(first: 100) { nodes { history(first: 100)"
    " { nodes { id } } } } } } }",
    "deep introspection": "{ __schema { types { fields { type { fields { type { fields { type { fields { type"
    + " { fields { name } } } } } } } } } } }",
}


@pytest.fixture
async def client(world: World) -> Person:
    return await world.client_side()


@pytest.fixture
async def production(world: World) -> AsyncIterator[Client]:
    async with Client.serving(world.database, world.clock, is_sandbox=False) as client:
        yield client


def fault_in(answer: dict[str, Any]) -> dict[str, Any]:
    """Its first fault; there are no data, and nothing that was not meant to be shown."""
    assert answer.get("data") is None, answer
    return shown(answer)


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(answer)
    assert len(text) < 60_000
    for inside in ("Traceback", 'File "', "SELECT", "asyncpg", "sqlalchemy"):
        assert inside not in text
    assert all(set(error["extensions"]) >= {"code", "requestId"} for error in answer["errors"])
    fault: dict[str, Any] = answer["errors"][0]
    return fault


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
async def test_a_hostile_document_is_refused_before_a_statement_runs(client: Person, document: str) -> None:
    before = client.world.client.statements
    for _ in range(2):
        code = fault_in(await client.world.client.post(document, token=client.token))["extensions"]["code"]
        assert code in {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "COST_EXCEEDED"}
    assert client.world.client.statements == before


async def sent(client: Person, method: str = "POST", **what: Any) -> tuple[int, str]:
    """The status of an answer and the code of its one fault; no statement has run."""
    http, before = client.world.client.http, client.world.client.statements
    headers = {"authorization": f"Bearer {client.token}", **what.pop("headers", {})}
    answer = await http.request(method, "/graphql", headers=headers, **what)
    fault = fault_in(answer.json())
    assert client.world.client.statements == before
    return answer.status_code, fault["extensions"]["code"]


async def test_a_batch_is_refused(client: Person) -> None:
    batch = [{"query": f"{{ {COUNT} }}"}] * 10
    assert await sent(client, json=batch) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "text/event-stream"])
async def test_no_mutation_runs_by_get(client: Person, accept: str) -> None:
    params = {"query": "mutation { signOut(input: {}) { __typename } }"}
    assert await sent(client, "GET", params=params, headers={"accept": accept}) == (405, "BAD_USER_INPUT")
    assert await client.ask("{ viewer { permissions } }")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused(client: Person, method: str) -> None:
    assert await sent(client, method, json={"query": f"{{ {COUNT} }}"}) == (405, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "text/plain;application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/jsonp",
        "",
    ],
)
async def test_nothing_that_a_form_can_send_is_read(client: Person, media_type: str) -> None:
    body = json.dumps({"query": f"{{ {COUNT} }}"}).encode()
    assert await sent(client, content=body, headers={"content-type": media_type}) == (415, "BAD_USER_INPUT")


async def test_a_file_upload_is_refused(client: Person) -> None:
    parts = {"operations": (None, json.dumps({"query": f"{{ {COUNT} }}"})), "map": (None, "{}")}
    assert await sent(client, files=parts) == (415, "BAD_USER_INPUT")


async def test_variables_that_are_nested_too_deep_are_refused(client: Person) -> None:
    value: Any = "x"
    for _ in range(200):
        value = {"and": [value]}
    variables = {"filter": value}
    query = "query($filter: GigFilter) { gigs(filter: $filter) { totalCount } }"
    status, code = await sent(client, json={"query": query, "variables": variables})
    assert (status, code in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}) == (200, True)


async def test_in_production_whoever_is_not_signed_in_cannot_read_the_schema_by_asking(
    client: Person, production: Client
) -> None:
    for _ in range(2):
        for document in (INTROSPECTION, '{ __type(name: "Gig") { name } }'):
            fault = fault_in(await production.post(document))
            assert fault["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await production.post("{ __typename }"))["data"] == {"__typename": "Query"}
    for _ in range(2):
        assert (await production.post(INTROSPECTION, token=client.token))["data"]["__schema"]["types"]
        assert (await client.world.client.post(INTROSPECTION))["data"]["__schema"]["types"]


MISTYPED = {
    "a field": ("{ gigz { totalCount } }", {}),
    "an argument": ("{ gigs(frist: 1) { totalCount } }", {}),
    "a type": ("query($a: GigFilterr) { gigs(filter: $a) { totalCount } }", {}),
    "an enum value": ("{ gigs(filter: { status: [OPEM] }) { totalCount } }", {}),
    "an input field": ("{ gigs(filter: { statuz: [OPEN] }) { totalCount } }", {}),
    "a variable's field": (
        "query($a: GigFilter) { gigs(filter: $a) { totalCount } }",
        {"a": {"statuz": ["OPEN"]}},
    ),
}


@pytest.mark.parametrize(("document", "variables"), MISTYPED.values(), ids=MISTYPED.keys())
async def test_in_production_no_fault_suggests_what_else_there_is(
    client: Person, production: Client, document: str, variables: dict[str, Any]
) -> None:
    told = json.dumps(await client.world.client.post(document, variables, client.token))
    untold = await production.post(document, variables, client.token)
    assert "Did you mean" in told
    assert fault_in(untold)["extensions"]["code"] in {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
    assert "Did you mean" not in json.dumps(untold)


@pytest.mark.parametrize(
    "body", [b'{"query": "{ __typename }", "query": 1}', b"\x00" * 100, b"[[[[" * 10_000, b'{"a":' * 5_000]
)
async def test_a_body_that_is_no_request_is_refused(client: Person, body: bytes) -> None:
    assert await sent(client, content=body, headers=JSON) == (400, "BAD_USER_INPUT")


async def test_nothing_of_a_fault_comes_from_inside(world: World) -> None:
    """A name that cannot be sent to PostgreSQL at all, and one that is no id."""
    client = await world.client_side()
    for id_ in ("gig_\x00", "gig_" + "f" * 31 + "é", "' OR 1=1 --"):
        answer: httpx2.Response = await world.client.http.post(
            "/graphql",
            json={"query": "query($id: ID!) { gig(id: $id) { id } }", "variables": {"id": id_}},
            headers={"authorization": f"Bearer {client.token}"},
        )
        assert shown(answer.json())["extensions"]["code"] == "BAD_USER_INPUT"
