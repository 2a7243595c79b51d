"""The feed of what somebody is told, with the number of all that they have not read."""

from domain.permissions import Role
from persistence.outbox import Wanted, after
from server.auth import actor_of_token
from tests.live.sockets import Socket
from tests.makers.colleagues import colleague
from tests.makers.notifications import make_proposed
from tests.world import World

FEED = (
    "subscription($after: Cursor) { notificationReceived(after: $after)"
    " { cursor gap unreadCount event { type } notification { type title readAt } } }"
)


async def test_a_notification_comes_live_with_the_badge_and_resumes(world: World, live: str) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(FEED, after=cursor)
        await make_proposed(world, client, freelancer)
        first = await socket.next()
        await make_proposed(world, client, await world.freelancer_side(), "A poster")
        second = await socket.next()
    assert first["event"] == {"type": "notification.received"}
    assert first["notification"] == {"type": "proposal.submitted", "title": "A proposal for A website", "readAt": None}
    assert (first["unreadCount"], second["unreadCount"]) == (1, 2)
    await client.do("markNotificationsRead", "readCount")
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(FEED, after=first["cursor"])
        again = await socket.next()
    assert (again["cursor"], again["unreadCount"]) == (second["cursor"], 0)


async def test_nobody_else_hears_what_somebody_is_told_neither_colleagues_nor_staff(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    colleague_of, staff = await colleague(world, client, Role.VIEWER), await world.staff()
    await make_proposed(world, client, freelancer)
    topic = Wanted(topic=client.user_id, subject_type="notification")
    heard = {}
    for name, person in (("self", client), ("colleague", colleague_of), ("staff", staff), ("other", freelancer)):
        viewer = await actor_of_token(world.database, person.token)
        async with world.database.reader() as session:
            heard[name] = [event.type for event in (await after(session, 0, viewer, topic)).events]
    assert heard == {"self": ["notification.received"], "colleague": [], "staff": [], "other": []}
