"""Reading the outbox by position: complete, in order, and only for those whom events concern."""

from datetime import timedelta

from domain.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from domain.permissions import Permission, Role
from persistence.outbox import Batch, Wanted, after, last_position, reaches_back_to
from server.auth import actor_of_token
from tests.makers.colleagues import colleague
from tests.makers.events import make_gig, toggle
from tests.makers.payment_methods import make_method
from tests.world import Person, World


def actor(person: Person) -> Actor:
    return Actor(kind=ActorKind.USER, user_id=person.user_id, organization_id=person.organization_id)


async def read(world: World, position: int, viewer: Actor, wanted: Wanted, limit: int = 100) -> Batch:
    async with world.database.reader() as session:
        return await after(session, position, viewer, wanted, limit=limit)


async def test_an_empty_outbox_stands_at_zero(world: World) -> None:
    async with world.database.reader() as session:
        assert await last_position(session) == 0
        assert await reaches_back_to(session, 0, world.clock.now())
        assert not await reaches_back_to(session, 1, world.clock.now())


async def test_reading_in_batches_misses_and_repeats_nothing(world: World) -> None:
    client = await world.client_side()
    gig, other = await make_gig(world, client), await make_gig(world, client)
    for _ in range(7):
        await toggle(world.database, gig, world.clock.now())
        await toggle(world.database, other, world.clock.now())
    await world.settle()
    seen, position = list[int](), 0
    while (batch := await read(world, position, actor(client), Wanted(topic=gig), limit=3)).events:
        seen += [event.position for event in batch.events]
        position = batch.position
    assert seen == [1, 3, 5, 7, 9, 11, 13, 15]
    assert (batch.position, batch.events) == (16, ())


async def test_what_is_not_placed_yet_is_not_read_and_not_skipped(world: World) -> None:
    client = await world.client_side()
    gig = await make_gig(world, client)
    before = await read(world, 0, actor(client), Wanted(topic=gig))
    assert (before.events, before.position) == ((), 0)
    await world.settle()
    assert [event.position for event in (await read(world, 0, actor(client), Wanted(topic=gig))).events] == [1]


async def test_only_concerned_organizations_and_staff_read_an_event(world: World) -> None:
    client, stranger = await world.client_side(), await world.freelancer_side()
    gig = await make_gig(world, client)
    await world.settle()
    staff = Actor(kind=ActorKind.USER, organization_id=None, permissions=frozenset({Permission.STAFF_READ}))
    found = {
        name: len((await read(world, 0, viewer, Wanted(topic=gig))).events)
        for name, viewer in {
            "client": actor(client),
            "stranger": actor(stranger),
            "nobody": ANONYMOUS,
            "staff": staff,
            "system": SYSTEM,
        }.items()
    }
    assert found == {"client": 1, "stranger": 0, "nobody": 0, "staff": 1, "system": 1}


async def test_what_happens_to_money_is_for_those_who_may_read_it(world: World) -> None:
    client = await world.client_side()
    await make_method(client)
    await make_gig(world, client)
    await world.settle()
    found = {}
    for role in (Role.FINANCE, Role.MEMBER, Role.VIEWER):
        viewer = await actor_of_token(world.database, (await colleague(world, client, role)).token)
        found[role] = (await read(world, 0, viewer, Wanted(topic=client.organization_id))).events
    types = {role: [event.type for event in events] for role, events in found.items()}
    assert types[Role.FINANCE][0] == "payment_method.added"
    assert types[Role.MEMBER] == types[Role.VIEWER] == types[Role.FINANCE][1:]
    assert types[Role.VIEWER] != []


async def test_types_and_kinds_of_objects_narrow_what_is_read(world: World) -> None:
    client = await world.client_side()
    gig = await make_gig(world, client)
    await toggle(world.database, gig, world.clock.now())
    await world.settle()
    mine = actor(client)
    paused = await read(world, 0, mine, Wanted(topic=client.organization_id, types=("gig.paused", "gig.closed")))
    assert [event.type for event in paused.events] == ["gig.paused"]
    assert (await read(world, 0, mine, Wanted(topic=gig, subject_type="invoice"))).events == []
    assert len((await read(world, 0, mine, Wanted(topic=gig, subject_type="gig"))).events) == 2


async def test_a_position_reaches_back_while_what_follows_it_is_there_and_young_enough(world: World) -> None:
    client = await world.client_side()
    gig = await make_gig(world, client)
    world.clock.advance(timedelta(days=7))
    await toggle(world.database, gig, world.clock.now())
    await world.settle()
    since = world.clock.now() - timedelta(days=1)
    async with world.database.reader() as session:
        assert [await reaches_back_to(session, position, since) for position in (0, 1, 2, 3)] == [
            False,
            True,
            True,
            False,
        ]
