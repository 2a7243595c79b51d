"""What webhooks say: the event's own data, or what the endpoint asks of it with its own rights."""

import pytest

from schema.payload_queries import problem_of
from tests.makers.gigs import make_open_gig
from tests.makers.keys import make_key
from tests.makers.payment_methods import make_method
from tests.makers.receivers import Receiver
from tests.makers.webhook_endpoints import make_endpoint
from tests.world import World

OF_GIG = """query($subjectId: ID!, $organizationId: ID!) {
  gig(id: $subjectId) { title }
  organization(id: $organizationId) { name }
}"""
DEEP = "proposals(first: 1) { nodes { gig { proposals(first: 1) { nodes { gig { organization { id } } } } } } }"


async def test_data_are_what_the_query_finds_when_the_event_is_sent(world: World, receiver: Receiver) -> None:
    client = await world.client_side("Northwind")
    endpoint = await make_endpoint(client, receiver.url, "gig.published", payloadQuery=OF_GIG)
    await make_open_gig(world, client, title="A shop window")
    await world.settle()
    (heard,) = receiver.heard
    assert heard.json["data"] == {"gig": {"title": "A shop window"}, "organization": {"name": "Northwind"}}
    assert "payloadError" not in heard.json
    assert (await endpoint.deliveries())[0]["body"] == heard.json


async def test_a_query_reads_with_the_rights_of_whoever_made_the_endpoint(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    key = await make_key(client, "webhooks:manage", "org:read")
    query = "query($subjectId: ID!) { node(id: $subjectId) { id } members { nodes { id } } }"
    await key.do("createWebhookEndpoint", "secret", url=receiver.url, eventTypes=["gig.cancelled"], payloadQuery=query)
    gig = await make_open_gig(world, client)
    await client.do("cancelGig", "gig { id }", gigId=gig, reason="No money")
    await world.settle()
    (heard,) = receiver.heard
    assert heard.json["data"] == {"reason": "No money"}
    assert heard.json["payloadError"]["code"] == "FORBIDDEN"
    assert "members:read" in heard.json["payloadError"]["message"]


async def test_money_and_credits_are_told_to_nobody_who_may_not_read_them(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    key = await make_key(client, "webhooks:manage", "org:read")
    await key.do("createWebhookEndpoint", "secret", url=f"{receiver.url}/key", eventTypes=["*"])
    await make_endpoint(client, f"{receiver.url}/owner", "payment_method.*", "gig.*")
    await make_method(client)
    await make_open_gig(world, client)
    await world.settle()
    told = {(one.path, one.json["type"]) for one in receiver.heard}
    assert ("/hooks/owner", "payment_method.added") in told
    assert ("/hooks/key", "gig.published") in told
    assert ("/hooks/key", "payment_method.added") not in told


async def test_whoever_may_read_less_than_an_endpoint_is_told_sees_no_bodies(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    await make_endpoint(client, receiver.url)
    await make_open_gig(world, client)
    await world.settle()
    key = await make_key(client, "webhooks:manage", "org:read")
    found = await key.ask("{ webhookDeliveries { nodes { status body } } }")
    assert found["webhookDeliveries"]["nodes"] == [{"status": "DELIVERED", "body": None}]


def test_a_query_on_an_event_is_taken() -> None:
    assert problem_of(OF_GIG) is None
    assert problem_of("{ __typename }") is None


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("{", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("mutation { signOut { __typename } }", "Give one query"),
        ("subscription { events { cursor } }", "Give one query"),
        ("query A { __typename } query B { __typename }", "Give one query"),
        ("{ __schema { types { name } } }", "can be read at /schema.graphql"),
        ("query($first: Int) { gigs(first: $first) { nodes { id } } }", "$first is not given."),
        ("query($subjectId: [ID!]!) { nodes(ids: $subjectId) { id } }", "$subjectId is not given."),
        ("{ gigs(first: 100) { nodes { id proposals(first: 10) { nodes { id } } } } }", "at most 500 is allowed"),
        (f"{{ gigs(first: 1) {{ nodes {{ {DEEP} }} }} }}", "It has 9 levels; at most 8 are allowed."),
    ],
)
def test_what_costs_too_much_or_asks_for_something_else_is_not(query: str, why: str) -> None:
    assert why in (problem_of(query) or "")
