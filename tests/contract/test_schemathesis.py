"""Random valid documents against a real server: no unhandled exception, no INTERNAL, whatever is asked."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from persistence.database import Database
from schema.api import sdl
from tests.contract.served import served
from tests.world import Person, World

EXAMPLES = 25
"""Documents for each root field of the schema."""

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
    answer = case.call(base_url=f"{url}/graphql", headers={"authorization": f"Bearer {caller.token}"})
    assert answer.status_code == 200, answer.text
    for error in answer.json().get("errors") or []:
        assert error["extensions"]["code"] in ACCEPTED, (case.body, error)
