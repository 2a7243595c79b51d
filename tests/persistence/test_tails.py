"""The ends of feeds: read once for everybody, and for each reader what the outbox has behind their position."""

import asyncio
import weakref
from random import Random
from uuid import UUID

import pytest

from domain.actors import SYSTEM, Actor, ActorKind
from domain.ids import new_id
from domain.permissions import Permission
from persistence import outbox
from persistence.outbox import Batch, Wanted, readable_by, reader_of
from persistence.tails import Tail, Tails
from persistence.wakeups import Wakeups
from persistence.work import Share, Turns, Work, count_work, working_for
from planner.statements import DIALECT
from tests.makers.events import make_placed_gig, toggle
from tests.world import World

READING = 2
"""Statements of one reading: where the outbox ends, and what is there up to then."""


class Followed:
    """A gig whose events are placed, and told of by a ring, when the test says so."""

    def __init__(self, world: World, gig: UUID) -> None:
        self.world, self.wanted, self._gig = world, Wanted(topic=gig), gig
        self.wakeups, self.work = Wakeups(world.database), Work()
        self.tails = Tails(world.database, self.wakeups)
        count_work(world.database.engine)

    @classmethod
    async def made(cls, world: World) -> "Followed":
        return cls(world, await make_placed_gig(world, await world.client_side()))

    async def happens(self, times: int = 1) -> None:
        for _ in range(times):
            await toggle(self.world.database, self._gig, self.world.clock.now())
        await self.world.settle()
        self.wakeups.rings += 1

    def tail(self, position: int, viewer: Actor = SYSTEM) -> Tail:
        return self.tails.of(viewer, self.wanted, position)

    async def last(self) -> int:
        async with self.world.database.reader() as session:
            return await outbox.last_position(session)

    async def in_the_outbox(self, position: int) -> Batch:
        async with self.world.database.reader() as session:
            return await outbox.after(session, position, SYSTEM, self.wanted)

    async def asked(self, tail: Tail, *positions: int) -> tuple[list[Batch], int]:
        """What all of them are answered at once, and by how many statements."""
        self.work.statements = 0
        with working_for(self.work):
            batches = await asyncio.gather(*(tail.after(position) for position in positions))
        return batches, self.work.statements


async def test_everybody_at_the_end_costs_one_reading_for_each_ring(world: World) -> None:
    followed = await Followed.made(world)
    start = await followed.last()
    tail = followed.tail(start)
    assert await followed.asked(tail, *[start] * 20) == ([Batch([], start)] * 20, 1)
    assert await followed.asked(tail, *[start] * 20) == ([Batch([], start)] * 20, 0)
    await followed.happens(3)
    expected = await followed.in_the_outbox(start)
    assert len(expected.events) == 3
    assert await followed.asked(tail, *[start] * 20) == ([expected] * 20, READING)
    assert await followed.asked(tail, start + 1, start + 2) == (
        [Batch(expected.events[1:], start + 3), Batch(expected.events[2:], start + 3)],
        0,
    )


async def test_positions_that_other_feeds_have_moved_on_are_read_together(world: World) -> None:
    followed = await Followed.made(world)
    start = await followed.last()
    tail = followed.tail(start)
    await followed.asked(tail, start)
    # Others have come since, each when the outbox ended a little further on.
    await make_placed_gig(world, await world.client_side())
    later = await followed.last()
    assert start < later
    assert await followed.asked(tail, later) == ([Batch([], later)], 0)
    await followed.happens()
    batches, statements = await followed.asked(tail, *range(start, later + 1))
    assert (statements, {batch.position for batch in batches}) == (READING, {later + 1})
    assert [[event.position for event in batch.events] for batch in batches] == [[later + 1]] * len(batches)


async def test_whoever_is_far_behind_reads_alone_and_misses_nothing(world: World) -> None:
    followed = await Followed.made(world)
    await followed.happens(4)
    start = await followed.last()
    tail = followed.tail(start)
    await followed.asked(tail, start)
    [batch], statements = await followed.asked(tail, 0)
    assert (batch, statements) == (await followed.in_the_outbox(0), READING)
    assert len(batch.events) == 5


async def test_a_ring_during_a_reading_is_read_after_it(world: World) -> None:
    followed = await Followed.made(world)
    start = await followed.last()
    tail, full = followed.tail(start), Work(share=Share(Turns(1), Turns(1)))
    assert full.share is not None
    assert full.share.reading.take()
    with working_for(full):
        first = asyncio.create_task(tail.after(start))
    # It waits for its turn.
    await asyncio.sleep(0)
    await followed.happens()
    with working_for(full):
        second = asyncio.create_task(tail.after(start))
    await asyncio.sleep(0)
    full.share.reading.give_back()
    batches = await asyncio.gather(first, second)
    assert [batch.position for batch in batches] == [start + 1] * 2
    assert full.statements == READING + 1


async def test_a_reading_goes_on_for_the_others_when_whoever_began_it_goes(world: World) -> None:
    followed = await Followed.made(world)
    start = await followed.last()
    await followed.happens()
    tail, full = followed.tail(start), Work(share=Share(Turns(1), Turns(1)))
    assert full.share is not None
    assert full.share.reading.take()
    with working_for(full):
        first, *others = [asyncio.create_task(tail.after(start)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    full.share.reading.give_back()
    assert [(await other).position for other in others] == [start + 1] * 2
    assert (first.cancelled(), full.statements) == (True, READING)


async def test_in_whatever_order_readers_come_each_hears_everything_once(world: World) -> None:
    """A dozen readers, some of whom come late, resume, or are slow, while more happens than fits into one reading."""
    followed, random = await Followed.made(world), Random(7)
    start, seen = await followed.last(), dict[int, list[int]]()
    at: dict[int, int] = {}
    tail = followed.tail(start)
    for step in range(60):
        if step in (5, 20, 40):
            await followed.happens(outbox.BATCH // 2 + 20)
        if len(at) < 12:
            at[step], seen[step] = random.choice((start, start, await followed.last())), []
        # Whatever they have is what the outbox has behind where they are.
        asking = random.sample(sorted(at), min(len(at), random.choice((1, 3, 12))))
        batches, _ = await followed.asked(tail, *(at[one] for one in asking))
        for one, batch in zip(asking, batches, strict=True):
            seen[one] += [event.position for event in batch.events]
            assert len(batch.events) <= outbox.BATCH
            at[one] = batch.position
    ends = {one: await _rest(followed, tail, position) for one, position in at.items()}
    last = await followed.last()
    for one, heard in seen.items():
        heard += ends[one]
        assert heard == list(range(heard[0] if heard else last + 1, last + 1)), one
    assert sum(heard[:1] == [start + 1] for heard in seen.values()) > 3


async def _rest(followed: Followed, tail: Tail, position: int) -> list[int]:
    """What is left for a reader until a batch is not full, which means that they have it all."""
    rest = list[int]()
    while True:
        [batch], _ = await followed.asked(tail, position)
        rest += [event.position for event in batch.events]
        position = batch.position
        if len(batch.events) < outbox.BATCH:
            return rest


async def test_a_tail_lives_for_as_long_as_somebody_holds_it(world: World) -> None:
    followed = await Followed.made(world)
    tail = followed.tail(0)
    assert followed.tail(5) is tail
    gone = weakref.ref(tail)
    del tail
    assert gone() is None


PERMISSIONS = sorted(Permission, key=lambda one: one.value)


@pytest.mark.parametrize("kind", [ActorKind.USER, ActorKind.API_KEY, ActorKind.SYSTEM])
def test_what_a_reader_is_reduced_to_decides_all_that_they_may_read(kind: ActorKind) -> None:
    random, person = Random(3), new_id()
    for _ in range(300):
        some = frozenset(random.sample(PERMISSIONS, random.randrange(len(PERMISSIONS))))
        viewer = Actor(
            kind=kind,
            user_id=random.choice((None, person)),
            session_id=new_id(),
            organization_id=random.choice((None, new_id())),
            permissions=some,
        )
        # Whoever follows themselves; all others read nothing that is told to one person.
        reader = reader_of(viewer, Wanted(topic=person))
        assert _sql(reader) == _sql(viewer)


def test_those_with_other_rights_are_other_readers() -> None:
    viewer = Actor(kind=ActorKind.USER, user_id=new_id(), session_id=new_id(), organization_id=new_id())
    wanted = Wanted(topic=new_id())
    reader = reader_of(viewer, wanted)
    assert reader == reader_of(Actor(kind=ActorKind.USER, organization_id=viewer.organization_id), wanted)
    assert reader != reader_of(Actor(kind=ActorKind.USER, organization_id=new_id()), wanted)
    for permission in outbox.DECISIVE:
        allowed = Actor(
            kind=ActorKind.USER, organization_id=viewer.organization_id, permissions=frozenset({permission})
        )
        assert reader_of(allowed, wanted) != reader, permission


def _sql(viewer: Actor) -> str:
    compiled = readable_by(viewer).compile(dialect=DIALECT)
    return f"{compiled} {sorted(compiled.params.items())}"
