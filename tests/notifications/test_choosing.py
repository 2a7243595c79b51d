"""What people choose, and what they have read."""

from tests.makers.notifications import choose, make_proposed, make_told, told
from tests.world import World

CHOICES = (
    "{ notificationPreferences { timeZone quietFrom quietUntil digestAt"
    " choices { category channel mode isChosen canBeOff } } }"
)
UNREAD = "{ unreadCounts { notifications byCategory { category count } } }"


async def test_every_category_has_a_choice_for_every_channel(world: World) -> None:
    client = await world.client_side()
    await choose(client, "WORK", "EMAIL", "DIGEST")
    shown = (await client.ask(CHOICES))["notificationPreferences"]
    assert (shown["timeZone"], shown["quietFrom"], shown["digestAt"]) == ("Europe/Skopje", None, "08:00")
    assert len(shown["choices"]) == 18
    chosen = [one for one in shown["choices"] if one["isChosen"]]
    assert chosen == [{"category": "WORK", "channel": "EMAIL", "mode": "DIGEST", "isChosen": True, "canBeOff": True}]
    fixed = {(one["category"], one["channel"]) for one in shown["choices"] if not one["canBeOff"]}
    assert fixed == {("PAYMENT_FAILURE", "EMAIL"), ("SECURITY", "EMAIL"), ("LEGAL", "EMAIL")}


async def test_mail_about_security_stays(world: World) -> None:
    client = await world.client_side()
    refusal = await client.refused("setNotificationPreference", category="SECURITY", channel="EMAIL", mode="OFF")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["mode"])
    await choose(client, "SECURITY", "PUSH", "OFF")


async def test_hours_are_set_all_anew(world: World) -> None:
    client = await world.client_side()
    shown = "preferences { quietFrom quietUntil digestAt }"
    first = await client.do("setNotificationHours", shown, quietFrom="22:00", quietUntil="06:30", digestAt="09:15")
    assert first["preferences"] == {"quietFrom": "22:00", "quietUntil": "06:30", "digestAt": "09:15"}
    then = await client.do("setNotificationHours", shown)
    assert then["preferences"] == {"quietFrom": None, "quietUntil": None, "digestAt": "08:00"}
    refusal = await client.refused("setNotificationHours", quietFrom="22:00")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["quietUntil"])


async def test_what_is_read_no_longer_counts(world: World) -> None:
    client = await make_told(world)
    await make_proposed(world, client, await world.freelancer_side(), "A poster")
    one, other = await told(client)
    assert (await client.ask(UNREAD))["unreadCounts"] == {
        "notifications": 2,
        "byCategory": [{"category": "WORK", "count": 2}],
    }
    read = await client.do("markNotificationsRead", "readCount unread { notifications }", ids=[one["id"]])
    assert read == {"readCount": 1, "unread": {"notifications": 1}}
    again = await client.do("markNotificationsRead", "readCount", ids=[one["id"]])
    assert again == {"readCount": 0}
    unread = "{ notifications(filter: {unread: true, category: [WORK]}) { nodes { id } } }"
    assert (await client.ask(unread))["notifications"]["nodes"] == [{"id": other["id"]}]
    none = await client.do("markNotificationsRead", "readCount", category=["LEGAL"])
    assert none == {"readCount": 0}
    everything = await client.do("markNotificationsRead", "readCount unread { notifications }")
    assert everything == {"readCount": 1, "unread": {"notifications": 0}}


async def test_marking_names_something_and_not_too_much(world: World) -> None:
    client = await make_told(world)
    refusal = await client.refused("markNotificationsRead", ids=[])
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["ids"])
