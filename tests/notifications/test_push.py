"""Push: devices are somebody's, one at a time, and go when the service knows them no more."""

from datetime import timedelta

from integrations.push import use_pusher
from persistence.tables.notifications import push_devices
from tests.makers.notifications import choose, make_device, make_proposed, make_told, pushed, told
from tests.makers.rows import count, rows
from tests.notifications.test_sending import sends
from tests.world import World

DEVICES = "{ notificationPreferences { devices { id platform } } }"


async def test_all_devices_show_a_notification_and_how_many_are_unread(world: World) -> None:
    client = await world.client_side()
    for token in ("a phone", "a tablet"):
        await make_device(client, token)
    await make_proposed(world, client, await world.freelancer_side())
    first, second = pushed(world)
    assert {first["token"], second["token"]} == {"a phone", "a tablet"}
    assert {name: first[name] for name in ("platform", "title", "badge")} == {
        "platform": "IOS",
        "title": "A proposal for A website",
        "badge": 1,
    }
    assert first["key"] == second["key"]


async def test_a_device_that_is_gone_is_forgotten(world: World) -> None:
    client = await world.client_side()
    await make_device(client, "gone yesterday")
    await make_proposed(world, client, await world.freelancer_side())
    assert await count(world, push_devices) == 0
    assert ("PUSH", "SUPPRESSED", 1, 1, "there is no device") in await sends(world)
    assert len(await told(client)) == 1


async def test_a_device_that_changes_hands_is_the_new_ones_alone(world: World) -> None:
    before, now = await world.client_side(), await world.client_side("Southwind")
    old = await make_device(before)
    new = await make_device(now)
    assert old != new
    assert (await before.ask(DEVICES))["notificationPreferences"]["devices"] == []
    assert (await now.ask(DEVICES))["notificationPreferences"]["devices"] == [{"id": new, "platform": "IOS"}]
    await make_proposed(world, before, await world.freelancer_side())
    assert pushed(world) == []


async def test_of_more_than_twenty_devices_the_oldest_go(world: World) -> None:
    client = await world.client_side()
    for number in range(21):
        world.clock.advance(timedelta(seconds=1))
        await make_device(client, f"device {number}")
    tokens = {token for (token,) in await rows(world, push_devices.select().with_only_columns(push_devices.c.token))}
    assert tokens == {f"device {number}" for number in range(1, 21)}


async def test_a_device_is_removed_by_its_owner_alone(world: World) -> None:
    client, other = await world.client_side(), await world.client_side("Southwind")
    device = await make_device(client)
    refusal = await other.refused("removePushDevice", deviceId=device)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["deviceId"])
    removed = await client.do("removePushDevice", "removedDeviceId", deviceId=device)
    assert removed == {"removedDeviceId": device}
    assert (await client.ask(DEVICES))["notificationPreferences"]["devices"] == []


async def test_push_is_switched_off_by_category(world: World) -> None:
    client = await world.client_side()
    await make_device(client)
    await choose(client, "WORK", "PUSH", "OFF")
    await make_proposed(world, client, await world.freelancer_side())
    assert pushed(world) == []


async def test_without_a_push_service_nothing_is_pushed_and_all_else_goes_on(world: World) -> None:
    client = await world.client_side()
    await make_device(client)
    use_pusher(None)
    await make_proposed(world, client, await world.freelancer_side())
    assert ("PUSH", "SUPPRESSED", 1, 1, "there is no push service") in await sends(world)
    assert len(await told(client)) == 1


async def test_a_token_is_never_shown(world: World) -> None:
    client = await make_told(world)
    refusal = await client.refused("registerPushDevice", token="two\nlines", platform="WEB")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
