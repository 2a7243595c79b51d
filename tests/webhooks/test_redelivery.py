"""Sending again: the same body and id, a new time, and a log that ends after 30 days."""

from datetime import timedelta

from sqlalchemy import func, select

from persistence.tables.outbound_webhooks import webhook_attempts, webhook_bodies, webhook_deliveries
from tests.makers.gigs import make_open_gig
from tests.makers.receivers import Receiver
from tests.makers.webhook_endpoints import make_endpoint
from tests.world import World


async def test_what_was_delivered_can_be_sent_again_with_the_same_body_and_id(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    query = "query($subjectId: ID!) { gig(id: $subjectId) { status } }"
    endpoint = await make_endpoint(client, receiver.url, payloadQuery=query)
    gig = await make_open_gig(world, client)
    await world.settle()
    (first,) = await endpoint.deliveries()
    await client.do("pauseGig", "gig { id }", gigId=gig)
    for _ in range(2):
        await client.do("redeliverWebhook", "delivery { redelivery }", deliveryId=first["id"])
        refusal = await client.refused("redeliverWebhook", deliveryId=(await endpoint.deliveries())[-1]["id"])
        assert refusal["code"] == "WRONG_STATE"
        await world.settle()
    again = [one for one in receiver.heard if one.headers["webhook-id"] == first["messageId"]]
    assert len(again) == 3
    assert {one.body for one in again} == {again[0].body}
    assert all(one.is_signed_with(endpoint.secret) for one in again)
    assert [one["redelivery"] for one in await endpoint.deliveries() if one["messageId"] == first["messageId"]] == [
        0,
        1,
        2,
    ]


async def test_a_test_event_is_sent_to_its_endpoint_alone(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, "invoice.paid")
    await make_endpoint(client, f"{receiver.url}/other", "*")
    await client.do("sendTestEvent", "delivery { id status eventType }", endpointId=endpoint.id)
    await world.settle()
    (heard,) = [one for one in receiver.heard if one.path == "/hooks"]
    assert (heard.json["type"], heard.json["subject"]["id"], heard.json["data"]) == (
        "webhook_endpoint.tested",
        endpoint.id,
        {},
    )
    others = [one.json["type"] for one in receiver.heard if one.path != "/hooks"]
    assert "webhook_endpoint.tested" not in others


async def test_a_span_of_more_than_thirty_days_or_of_nothing_is_refused(world: World, receiver: Receiver) -> None:
    client, now = await world.client_side(), world.clock.now()
    endpoint = await make_endpoint(client, receiver.url)
    for since in (now - timedelta(days=31), now + timedelta(days=1)):
        refusal = await client.refused("redeliverFailed", endpointId=endpoint.id, occurredFrom=since.isoformat())
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["occurredFrom"])


async def test_a_delivery_of_somebody_else_cannot_be_sent_again(world: World, receiver: Receiver) -> None:
    client, other = await world.client_side(), await world.client_side("Elsewhere")
    endpoint = await make_endpoint(client, receiver.url)
    await make_open_gig(world, client)
    await world.settle()
    (delivery,) = await endpoint.deliveries()
    assert (await other.refused("redeliverWebhook", deliveryId=delivery["id"]))["code"] == "NOT_FOUND"


async def test_the_log_ends_after_thirty_days_but_a_body_stays_while_it_is_sent_again(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, "gig.published")
    await make_open_gig(world, client)
    await world.settle()
    world.clock.advance(timedelta(days=29))
    (delivery,) = await endpoint.deliveries()
    await client.do("redeliverWebhook", "delivery { id }", deliveryId=delivery["id"])
    await world.settle()
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert await _kept(world) == (1, 1, 1)
    world.clock.advance(timedelta(days=30))
    await world.settle()
    assert await _kept(world) == (0, 0, 0)


async def _kept(world: World) -> tuple[int, ...]:
    async with world.database.reader() as session:
        tables = (webhook_deliveries, webhook_attempts, webhook_bodies)
        counts = [await session.scalar(select(func.count()).select_from(table)) for table in tables]
    return tuple(count or 0 for count in counts)
