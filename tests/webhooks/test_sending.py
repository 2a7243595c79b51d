"""Sending webhooks: signed, in order, again where it may help, and no endpoint in another's way."""

import asyncio
from datetime import timedelta

import asyncpg

from integrations.public_addresses import Guard, use_guard
from jobs import relay, webhook_sending
from jobs.webhook_sending import Sender
from schema.ids import global_id
from tests.makers.gigs import make_open_gig
from tests.makers.receivers import Receiver, receiving
from tests.makers.webhook_endpoints import make_endpoint
from tests.world import Person, World

MINUTE = timedelta(minutes=1)
_CUT_WAITING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def pause(client: Person, gig: str) -> None:
    await client.do("pauseGig", "gig { id }", gigId=gig)


async def resume(client: Person, gig: str) -> None:
    await client.do("resumeGig", "gig { id }", gigId=gig)


async def later(world: World, by: timedelta) -> None:
    world.clock.advance(by)
    await world.settle()


async def test_an_event_is_posted_with_a_signature_that_its_receiver_can_check(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    gig = await make_open_gig(world, client)
    await world.settle()
    (heard,) = receiver.heard
    assert heard.is_signed_with(endpoint.secret)
    assert not heard.is_signed_with("whsec_" + "A" * 43 + "=")
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == heard.json["id"]
    assert heard.json | {"id": "", "occurredAt": ""} == {
        "id": "",
        "type": "gig.published",
        "occurredAt": "",
        "schemaVersion": 1,
        "organizationId": global_id("Organization", client.organization_id),
        "subject": {"type": "Gig", "id": gig, "version": 2},
        "data": {},
    }
    assert await endpoint.statuses() == ["DELIVERED"]


async def test_only_the_organizations_of_an_event_are_told_and_only_what_they_asked_for(
    world: World, receiver: Receiver
) -> None:
    client, other = await world.client_side(), await world.client_side("Elsewhere")
    await make_endpoint(other, f"{receiver.url}/other", "*")
    await make_endpoint(client, f"{receiver.url}/some", "gig.paused", "invoice.*")
    await make_endpoint(client, f"{receiver.url}/all", "gig.paused", "*")
    gig = await make_open_gig(world, client)
    await pause(client, gig)
    await world.settle()
    told = [(one.path, one.json["type"]) for one in receiver.heard if one.json["type"].startswith("gig.")]
    assert sorted(told) == [
        ("/hooks/all", "gig.paused"),
        ("/hooks/all", "gig.published"),
        ("/hooks/some", "gig.paused"),
    ]


async def test_both_secrets_sign_until_the_overlap_ends(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    former = await make_endpoint(client, receiver.url)
    gig = await make_open_gig(world, client)
    rotated = await client.do("rotateWebhookSecret", "secret endpoint { formerSecretEndsAt }", endpointId=former.id)
    await world.settle()
    both = receiver.heard[-1]
    assert both.is_signed_with(former.secret)
    assert both.is_signed_with(rotated["secret"])
    world.clock.advance(timedelta(hours=24))
    await pause(client, gig)
    await world.settle()
    one = receiver.heard[-1]
    assert (one.is_signed_with(former.secret), one.is_signed_with(rotated["secret"])) == (False, True)
    await client.do("rotateWebhookSecret", "secret", endpointId=former.id, overlapHours=0)
    await resume(client, gig)
    await world.settle()
    assert not receiver.heard[-1].is_signed_with(rotated["secret"])


async def test_what_does_not_arrive_is_sent_again_with_the_same_id_and_body(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    await make_open_gig(world, client)
    receiver.status, receiver.says = 500, b"not now"
    await world.settle()
    assert await endpoint.statuses() == ["RETRYING"]
    await later(world, timedelta(seconds=5))
    assert receiver.connections == 2
    receiver.status, receiver.says = 200, b""
    await later(world, 5 * MINUTE)
    first, second, third = receiver.heard
    assert first.body == second.body == third.body
    assert first.headers["webhook-id"] == third.headers["webhook-id"]
    (delivery,) = await endpoint.deliveries()
    assert (delivery["status"], delivery["nextAttemptAt"], delivery["body"]) == ("DELIVERED", None, first.json)
    assert [(one["number"], one["statusCode"], one["responseExcerpt"]) for one in delivery["attempts"]] == [
        (1, 500, "not now"),
        (2, 500, "not now"),
        (3, 200, ""),
    ]


async def test_an_endpoint_that_never_answers_well_is_tried_eight_times(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    await make_open_gig(world, client)
    receiver.status = 503
    await world.settle()
    for _ in range(10):
        await later(world, timedelta(hours=14))
    assert (await endpoint.statuses(), receiver.connections) == (["FAILED"], 8)


async def test_events_of_one_object_go_in_order_and_one_that_is_stuck_holds_the_next_for_ten_minutes(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    await make_endpoint(client, receiver.url)
    stuck, other = await make_open_gig(world, client), await make_open_gig(world, client)
    await world.settle()
    receiver.heard.clear()
    receiver.status = 500
    await pause(client, stuck)
    await world.settle()
    await resume(client, stuck)
    await world.settle()
    assert receiver.types == ["gig.paused"]
    receiver.status = 200
    await pause(client, other)
    await world.settle()
    assert [one.json["subject"]["id"] for one in receiver.heard] == [stuck, other]
    receiver.status = 500
    await later(world, timedelta(seconds=10))
    assert receiver.types[2:] == ["gig.paused"], "the second attempt of the first; the next still waits"
    await later(world, 10 * MINUTE)
    assert sorted(receiver.types[3:]) == ["gig.paused", "gig.resumed"]


async def test_as_soon_as_the_first_has_arrived_the_next_follows(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    await make_endpoint(client, receiver.url)
    gig = await make_open_gig(world, client)
    for _ in range(3):
        await pause(client, gig)
        await resume(client, gig)
    await world.settle()
    world.clock.advance(timedelta(seconds=2))
    await world.settle()
    versions = [one.json["subject"]["version"] for one in receiver.heard]
    assert (len(versions), versions) == (7, sorted(versions))


async def test_no_more_are_sent_in_a_second_than_the_endpoint_takes(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, maxPerSecond=2)
    for _ in range(5):
        await make_open_gig(world, client)
    await _placed(world)
    now = world.clock.now()
    second = timedelta(seconds=1)
    instants = (now, now, now + second, now + second, now + 2 * second)
    assert [await webhook_sending.send_due(world.database, at) for at in instants] == [2, 0, 2, 0, 1]
    assert await endpoint.statuses() == ["DELIVERED"] * 5


async def test_an_endpoint_that_hangs_holds_up_nobody_else(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    async with receiving() as hanging:
        hanging.released.clear()
        silent = await make_endpoint(client, hanging.url)
        well = await make_endpoint(client, receiver.url)
        for _ in range(6):
            await make_open_gig(world, client)
        await _placed(world)
        stop = asyncio.Event()
        task = asyncio.create_task(Sender(world.database, world.clock.now).run(stop))
        while len(receiver.heard) < 6:
            await asyncio.sleep(0.01)
        while "PENDING" in await well.statuses():
            await asyncio.sleep(0.01)
        assert (await well.statuses(), hanging.connections) == (["DELIVERED"] * 6, 4)
        assert set(await silent.statuses()) == {"PENDING"}
        hanging.released.set()
        while "PENDING" in await silent.statuses():
            await asyncio.sleep(0.01)
        stop.set()
        await task
    assert await silent.statuses() == ["DELIVERED"] * 6


async def test_two_workers_never_send_the_same_attempt(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url, maxPerSecond=100)
    for _ in range(5):
        await make_open_gig(world, client)
    await _placed(world)
    now = world.clock.now()
    for at in (now, now + timedelta(seconds=2)):
        await asyncio.gather(*(webhook_sending.send_due(world.database, at) for _ in range(4)))
    assert (await endpoint.statuses(), receiver.connections) == (["DELIVERED"] * 5, 5)


async def test_what_was_answered_is_written_down_although_the_connection_was_lost_meanwhile(
    world: World, receiver: Receiver
) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    await make_open_gig(world, client)
    await _placed(world)
    holder, killer = await asyncpg.connect(world.database.url), await asyncpg.connect(world.database.url)
    receiver.released.clear()
    sending = asyncio.create_task(webhook_sending.send_due(world.database, world.clock.now()))
    while not receiver.heard:
        await asyncio.sleep(0.01)
    async with holder.transaction():
        await holder.execute("SELECT FROM webhook_deliveries FOR UPDATE")
        receiver.released.set()
        while not await killer.fetchval(_CUT_WAITING):
            await asyncio.sleep(0.01)
    await asyncio.gather(holder.close(), killer.close(), sending)
    assert (await endpoint.statuses(), receiver.connections) == (["DELIVERED"], 1)


async def test_redirects_fail_and_nobody_follows_them(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    async with receiving("127.0.0.2") as inside:
        endpoint = await make_endpoint(client, receiver.url)
        receiver.status, receiver.headers = 307, {"location": f"http://127.0.0.2:{inside.port}/"}
        await make_open_gig(world, client)
        await world.settle()
        assert (await endpoint.statuses(), receiver.connections, inside.connections) == (["FAILED"], 1, 0)


async def test_the_address_is_checked_again_at_every_attempt(world: World, receiver: Receiver) -> None:
    client = await world.client_side()
    endpoint = await make_endpoint(client, receiver.url)
    use_guard(Guard())
    await make_open_gig(world, client)
    await world.settle()
    (delivery,) = await endpoint.deliveries()
    assert (delivery["status"], receiver.connections) == ("FAILED", 0)
    assert delivery["attempts"][0]["error"] == "Give an address that begins with https://."


async def _placed(world: World) -> None:
    """The relay has done its work, and nobody has sent anything yet."""
    while await relay.place(world.database, world.clock.now()):
        pass
