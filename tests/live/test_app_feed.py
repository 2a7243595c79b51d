"""The feed of an app: its owner hears what is decided, and who has installed it that it is stopped."""

from tests.live.sockets import Socket
from tests.makers.apps import make_app, make_partner, sign_in
from tests.world import World

FEED = (
    "subscription($id: ID!, $after: Cursor) { appStatusChanged(appId: $id, after: $after)"
    " { cursor event { type subjectId } app { status } } }"
)


async def test_owner_and_installers_hear_what_is_decided_about_an_app_and_nothing_of_its_users(
    world: World, live: str
) -> None:
    partner = await make_partner(world)
    await world.settle()
    start = (await partner.owner.ask("{ liveCursor }"))["liveCursor"]
    await sign_in(partner)
    await partner.owner.do("updateApp", "app { id }", appId=partner.id, name="Tools")
    await partner.reviewer.do("suspendApp", "app { id }", appId=partner.id, reason="Complaints")
    await world.settle()
    heard = ((partner.owner, ["app.updated", "app.suspended"]), (partner.user, ["app.suspended"]))
    for person, types in heard:
        async with Socket.opened(live, person.token) as socket:
            await socket.subscribe(FEED, id=partner.id, after=start)
            messages = [await socket.next() for _ in types]
        assert [one["event"] for one in messages] == [{"type": type_, "subjectId": partner.id} for type_ in types]
        assert messages[-1]["app"] == {"status": "SUSPENDED"}


async def test_nobody_follows_an_app_that_they_do_not_see(world: World, live: str) -> None:
    owner, stranger = await world.freelancer_side(), await world.client_side()
    app = await make_app(owner)
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(FEED, id=app)
        assert (await socket.error())["message"] == "There is no such app, or you may not see it."
