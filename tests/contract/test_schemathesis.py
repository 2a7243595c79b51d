"""Random valid documents against a real server: no unhandled exception, no INTERNAL, whatever is asked."""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from persistence.database import Database
from schema.api import sdl
from server.media import GRAPHQL, JSON
from server.streams import MEDIA_TYPE as EVENTS
from tests.contract.served import served
from tests.world import Person, World

EXAMPLES = 25
"""Documents for each root field of the schema."""
WAYS = (JSON, GRAPHQL, EVENTS)

SCALARS = {
    "DateTime": st.datetimes().map(lambda value: value.isoformat() + "Z"),
    "Date": st.dates().map(str),
    "Int64": st.integers(-(2**63), 2**63 - 1).map(str),
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    "Currency": st.sampled_from(["EUR", "USD", "JPY", "MKD", "XXX", ""]),
    "CountryCode": st.sampled_from(["MK", "DE", "??"]),
    "TimeZone": st.sampled_from(["UTC", "Europe/Skopje", "Mars/Olympus"]),
    "Locale": st.sampled_from(["en", "de-AT", ""]),
    "URL": st.sampled_from(["https://example.com/", "javascript:alert(1)", ""]),
    "Email": st.sampled_from(["a@example.com", "nobody", ""]),
    "Cursor": st.text(max_size=40),
    "UUID": st.uuids().map(str),
    "JSON": st.just("{}"),
}
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy.map(nodes.String))

ACCEPTED = {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "UNAUTHENTICATED", "FORBIDDEN"}


@pytest.fixture(scope="module")
def url(database: Database) -> Iterator[str]:
    with served(database.url) as root:
        yield root


@pytest.fixture
async def caller(world: World) -> Person:
    """Somebody with every right of a client, so that documents get past the guards."""
    return await world.client_side()


schema = schemathesis.graphql.from_file(sdl())


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_no_document_breaks_the_server(case: schemathesis.Case, url: str, caller: Person) -> None:
    """Whichever way it is asked: each document goes one of them."""
    way = WAYS[crc32(str(case.body).encode()) % len(WAYS)]
    headers = {"authorization": f"Bearer {caller.token}", "accept": way}
    answer = case.call(base_url=f"{url}/graphql", headers=headers)
    assert answer.headers["content-type"][0].partition(";")[0] == way
    assert answer.status_code in ((200, 400) if way == GRAPHQL else (200,)), answer.text
    for error in [error for result in results_of(answer.text, way) for error in result.get("errors") or ()]:
        assert error["extensions"]["code"] in ACCEPTED, (case.body, error)


def results_of(text: str, way: str) -> list[dict[str, Any]]:
    """What an answer holds; an event stream must have ended as it should."""
    if way != EVENTS:
        return [orjson.loads(text)]
    lines = text.splitlines()
    assert "event: complete" in lines
    return [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
