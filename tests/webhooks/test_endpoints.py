"""Webhook endpoints: who may make them, what is refused, and when one is given up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.permissions import Role
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.identity import letters
from tests.makers.keys import make_key
from tests.makers.receivers import Receiver
from tests.makers.webhook_endpoints import make_endpoint
from tests.world import World

SHOWN = "id url eventTypes payloadQuery maxPerSecond status disabledBy failingAt formerSecretEndsAt version"
URL = "http://127.0.0.1:1/hooks"


async def test_an_endpoint_shows_its_secret_once_and_keeps_it_sealed(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, "gig.*", "gig.*", "invoice.paid")
    assert await endpoint.shown(SHOWN) == {
        "id": endpoint.id,
        "url": receiver.url,
        "eventTypes": ["gig.*", "invoice.paid"],
        "payloadQuery": None,
        "maxPerSecond": 10,
        "status": "ENABLED",
        "disabledBy": None,
        "failingAt": None,
        "formerSecretEndsAt": None,
        "version": 1,
    }
    async with world.database.reader() as session:
        row = (await session.execute(text("SELECT webhook_endpoints::text FROM webhook_endpoints"))).scalar_one()
    assert endpoint.secret.removeprefix("whsec_") not in row


async def test_every_wrong_field_is_named(world: World, calls_local: None) -> None:
    client = await world.client_side()
    refusal = await client.refused(
        "createWebhookEndpoint",
        url="https://10.0.0.1/",
        eventTypes=["invoice.paid", "invoice.eaten", "nothing.*"],
        payloadQuery="mutation { signOut { __typename } }",
        maxPerSecond=0,
    )
    assert (refusal["code"], [one["path"] for one in refusal["problems"]]) == (
        "INVALID",
        [["url"], ["eventTypes", "1"], ["eventTypes", "2"], ["payloadQuery"], ["maxPerSecond"]],
    )
    assert (await client.ask("{ webhookEndpoints { totalCount } }"))["webhookEndpoints"]["totalCount"] == 0


async def test_without_the_setting_nothing_on_this_machine_is_an_address(world: World) -> None:
    client = await world.client_side()
    for url in ("https://localhost/", "https://127.0.0.1:8443/", "https://169.254.169.254/", "https://[::1]/"):
        refusal = await client.refused("createWebhookEndpoint", url=url, eventTypes=["*"])
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["url"])


async def test_the_twenty_first_endpoint_is_one_too_many(world: World, calls_local: None) -> None:
    client = await world.client_side()
    endpoints = [await make_endpoint(client, URL) for _ in range(20)]
    refusal = await client.refused("createWebhookEndpoint", url=URL, eventTypes=["*"])
    assert refusal["code"] == "LIMIT_REACHED"
    await client.do("deleteWebhookEndpoint", "endpointId", endpointId=endpoints[0].id)
    await make_endpoint(client, URL)


async def test_only_who_manages_webhooks_sees_and_changes_them(world: World, calls_local: None) -> None:
    owner = await world.client_side()
    endpoint = await make_endpoint(owner, URL)
    finance = await colleague(world, owner, Role.FINANCE)
    with pytest.raises(Faulted, match="webhooks:manage"):
        await finance.ask("{ webhookEndpoints { nodes { id } } }")
    assert (await finance.refused("disableWebhookEndpoint", endpointId=endpoint.id))["code"] == "FORBIDDEN"
    other = await world.client_side("Elsewhere")
    assert (await other.refused("disableWebhookEndpoint", endpointId=endpoint.id))["code"] == "NOT_FOUND"
    assert await endpoint.shown("status") == {"status": "ENABLED"}


async def test_an_update_changes_what_is_given_and_sees_what_others_have_changed(
    world: World, calls_local: None
) -> None:
    client = await world.client_side()
    query = "query($subjectId: ID!) { gig(id: $subjectId) { title } }"
    endpoint = await make_endpoint(client, URL, "gig.*", payloadQuery=query)
    changed = await client.do(
        "updateWebhookEndpoint", f"endpoint {{ {SHOWN} }}", endpointId=endpoint.id, maxPerSecond=50, expectedVersion=1
    )
    shown = changed["endpoint"]
    assert (shown["maxPerSecond"], shown["payloadQuery"], shown["eventTypes"]) == (50, query, ["gig.*"])
    await client.do("updateWebhookEndpoint", "endpoint { id }", endpointId=endpoint.id, payloadQuery=None)
    assert await endpoint.shown("payloadQuery maxPerSecond") == {"payloadQuery": None, "maxPerSecond": 50}
    stale = await client.refused("updateWebhookEndpoint", endpointId=endpoint.id, url=URL, expectedVersion=1)
    assert stale["code"] == "CONFLICT"


async def test_nobody_has_more_told_to_an_address_of_theirs_than_they_may_read(world: World, calls_local: None) -> None:
    owner = await world.client_side()
    endpoint = await make_endpoint(owner, URL)
    key = await make_key(owner, "webhooks:manage", "org:read")
    refusal = await key.refused("updateWebhookEndpoint", endpointId=endpoint.id, url=f"{URL}/mine")
    assert refusal["code"] == "FORBIDDEN"
    made = await key.do("createWebhookEndpoint", "endpoint { permissions }", url=URL, eventTypes=["*"])
    assert made["endpoint"]["permissions"] == ["org:read", "webhooks:manage"]


async def test_a_deleted_endpoint_is_gone_with_its_log(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    gig = await make_open_gig(world, client)
    await world.settle()
    await client.do("deleteWebhookEndpoint", "endpointId", endpointId=endpoint.id)
    assert (await client.refused("enableWebhookEndpoint", endpointId=endpoint.id))["code"] == "NOT_FOUND"
    assert await endpoint.deliveries() == []
    await client.do("pauseGig", "gig { id }", gigId=gig)
    await world.settle()
    assert receiver.types == ["gig.published"]


async def test_a_disabled_endpoint_is_told_nothing_until_somebody_asks_for_it(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    await client.do("disableWebhookEndpoint", "endpoint { id }", endpointId=endpoint.id)
    begin = world.clock.now()
    gig = await make_open_gig(world, client)
    await client.do("pauseGig", "gig { id }", gigId=gig)
    await world.settle()
    assert (await endpoint.statuses(), receiver.connections) == (["SKIPPED", "SKIPPED"], 0)
    early = {"endpointId": endpoint.id, "occurredFrom": begin.isoformat()}
    assert (await client.refused("redeliverFailed", **early))["code"] == "WRONG_STATE"
    assert (await client.refused("sendTestEvent", endpointId=endpoint.id))["code"] == "WRONG_STATE"
    await client.do("enableWebhookEndpoint", "endpoint { id }", endpointId=endpoint.id)
    again = await client.do("redeliverFailed", "redelivered isComplete", **early)
    await world.settle()
    assert again == {"redelivered": 2, "isComplete": True}
    assert receiver.types == ["gig.published", "gig.paused"]
    assert (await client.do("redeliverFailed", "redelivered", **early))["redelivered"] == 0


async def test_who_answers_that_it_is_gone_is_disabled_and_those_who_manage_it_are_told(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    finance = await colleague(world, client, Role.FINANCE)
    admin = await colleague(world, client, Role.ADMIN)
    endpoint = await make_endpoint(client, receiver.url, "gig.*", "webhook_endpoint.*")
    receiver.status = 410
    await make_open_gig(world, client)
    await world.settle()
    assert await endpoint.shown("status disabledBy disabledBecause") == {
        "status": "DISABLED",
        "disabledBy": "AUTO",
        "disabledBecause": "It answered 410 Gone.",
    }
    told = {letter["To"] for letter in letters(world) if letter["Subject"] == "A webhook endpoint was disabled"}
    assert told == {client.email, admin.email}
    assert finance.email not in told
    notices = (await admin.ask("{ notifications { nodes { type title text } } }"))["notifications"]["nodes"]
    assert {
        "type": "webhook_endpoint.disabled",
        "title": "A webhook endpoint of Northwind was disabled",
        "text": "It answered 410 Gone. The mail about it says what to do.",
    } in notices
    assert set(await endpoint.statuses()) == {"FAILED", "SKIPPED"}


async def test_an_endpoint_that_takes_nothing_of_twenty_for_three_days_is_given_up(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, maxPerSecond=100)
    receiver.status = 404
    gigs = [await make_open_gig(world, client) for _ in range(19)]
    await world.settle()
    while "PENDING" in await endpoint.statuses():
        world.clock.advance(timedelta(seconds=1))
        await world.settle()
    world.clock.advance(timedelta(hours=73))
    await world.settle()
    assert await endpoint.shown("status") == {"status": "ENABLED"}
    await client.do("pauseGig", "gig { id }", gigId=gigs[0])
    await world.settle()
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    shown = await endpoint.shown("status disabledBy disabledBecause")
    assert shown == {"status": "DISABLED", "disabledBy": "AUTO", "disabledBecause": "Nothing was delivered for 3 days."}


async def test_one_success_is_enough_to_begin_anew(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    receiver.status = 404
    gig = await make_open_gig(world, client)
    await world.settle()
    assert (await endpoint.shown("failingAt"))["failingAt"] is not None
    receiver.status = 200
    await client.do("pauseGig", "gig { id }", gigId=gig)
    await world.settle()
    assert await endpoint.shown("failingAt version") == {"failingAt": None, "version": 1}


async def test_the_catalogue_says_what_the_data_of_each_event_hold(world: World) -> None:
    client = await world.client_side()
    found: list[dict[str, Any]] = (await client.ask("{ eventTypes { type dataSchema } }"))["eventTypes"]
    by_type = {one["type"]: one["dataSchema"] for one in found}
    assert by_type["invoice.opened"]["properties"] == {"number": {"type": "string"}}
    assert len(by_type) > 250
