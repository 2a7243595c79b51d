"""Many who follow the same: an event costs as much as for one of each right, and everybody gets their own."""

from contextlib import AsyncExitStack
from uuid import UUID

from domain.organizations import OrganizationKind
from domain.permissions import Role
from server.operations import Asked
from tests.live.crowds import Crowd, now
from tests.live.sockets import Socket
from tests.makers.events import make_placed_gig, toggle
from tests.makers.payment_methods import make_method
from tests.world import World

GIG = (
    "subscription($id: ID!, $after: Cursor) { gigActivity(gigId: $id, after: $after) { cursor"
    " event { type subjectId subjectVersion data } gig { id status version organization { name } } } }"
)
EVENTS = "subscription($after: Cursor) { events(after: $after) { event { type actor { email } } } }"


async def test_an_event_costs_the_same_for_fifty_as_for_one_of_each_right(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    people = [await world.join(organization, role) for role in (Role.OWNER, Role.VIEWER, Role.OWNER, Role.VIEWER)]
    gig = await make_placed_gig(world, people[0])
    costs = list[int]()
    for times in (1, 13):
        async with Crowd.gathered(world) as crowd:
            asked = Asked(GIG, {"id": f"gig_{gig.hex}", "after": await now(world)})
            for person in people:
                await crowd.joins(person, asked, times)
            # The first event finds them all there.
            await happens(world, gig)
            await crowd.until(1)
            before = crowd.statements
            await happens(world, gig)
            await crowd.until(2)
            costs.append(crowd.statements - before)
            told = [listener.told for listener in crowd.listeners]
            assert told == [told[0]] * len(people) * times
            assert [one["gig"]["version"] for one in told[0]] == [one["event"]["subjectVersion"] for one in told[0]]
    # Who they are by now; for either set of rights where the outbox ends, and the event; the gig, the same for both.
    # One more where another ring comes while they read.
    assert {*costs} <= {6, 7}


async def happens(world: World, gig: UUID) -> None:
    await toggle(world.database, gig, world.clock.now())
    await world.settle()


async def test_everybody_in_a_crowd_hears_what_is_for_them_and_nothing_else(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    finance, viewer = await world.join(organization, Role.FINANCE), await world.join(organization, Role.VIEWER)
    owner, stranger = await world.join(organization, Role.OWNER), await world.client_side()
    gig = await make_placed_gig(world, owner)
    async with Crowd.gathered(world) as crowd:
        asked = Asked(EVENTS, {"after": await now(world)})
        paying, others = await crowd.joins(finance, asked, 5), await crowd.joins(viewer, asked, 5)
        foreign = await crowd.joins(stranger, asked, 5)
        await make_method(owner)
        await happens(world, gig)
        for listener in (*paying, *others):
            await listener.until(2 if listener in paying else 1)
        await make_placed_gig(world, stranger)
        for listener in foreign:
            await listener.until(1)
    assert [[one["event"]["type"] for one in listener.told] for listener in paying] == [
        ["payment_method.added", "gig.paused"]
    ] * 5
    assert [[one["event"]["type"] for one in listener.told] for listener in others] == [["gig.paused"]] * 5
    assert {one["event"]["type"].partition(".")[0] for listener in foreign for one in listener.told} == {"gig"}
    assert all(len(listener.told) == 1 for listener in foreign)


async def test_whoever_is_removed_hears_no_more_and_the_others_go_on(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, member = await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)
    gig = await make_placed_gig(world, owner)
    async with Crowd.gathered(world) as crowd:
        asked = Asked(GIG, {"id": f"gig_{gig.hex}", "after": await now(world)})
        staying, going = await crowd.joins(owner, asked, 4), await crowd.joins(member, asked, 4)
        await happens(world, gig)
        await crowd.until(1)
        await owner.do("removeMember", "membership { id }", membershipId=f"mbr_{member.membership_id.hex}")
        await happens(world, gig)
        await crowd.until(2)
    assert [listener.told[1] for listener in going] == ["FORBIDDEN"] * 4
    assert [listener.told[1]["event"]["type"] for listener in staying] == ["gig.resumed"] * 4


async def test_whoever_joins_a_crowd_late_misses_nothing(world: World) -> None:
    owner = await world.client_side()
    gig = await make_placed_gig(world, owner)
    start = await now(world)
    asked = Asked(GIG, {"id": f"gig_{gig.hex}", "after": start})
    async with Crowd.gathered(world) as crowd:
        await crowd.joins(owner, asked, 3)
        for count in range(1, 6):
            await happens(world, gig)
            await crowd.joins(owner, asked, 3)
            await crowd.until(count)
        heard = [[one["event"]["subjectVersion"] for one in listener.told] for listener in crowd.listeners]
    assert heard == [[3, 4, 5, 6, 7]] * 18


async def test_sockets_of_one_event_show_the_same_object_to_each(world: World, live: str) -> None:
    owner = await world.client_side()
    gig = await make_placed_gig(world, owner)
    start = await now(world)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(Socket.opened(live, owner.token)) for _ in range(8)]
        for number, socket in enumerate(sockets):
            await socket.subscribe(GIG, f"of {number}", id=f"gig_{gig.hex}", after=start)
        for version in (3, 4):
            await toggle(world.database, gig, world.clock.now())
            shown = [await socket.next(f"of {number}") for number, socket in enumerate(sockets)]
            assert [one["gig"]["version"] for one in shown] == [version] * 8
            assert shown == [shown[0]] * 8
