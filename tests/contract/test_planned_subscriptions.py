"""Messages of feeds are the same from both executors, whatever is selected of them and however they end.

MILEPOST_EQUIVALENCE sets how many selections are tried, MILEPOST_SEED where they begin.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from random import Random
from typing import Any

import orjson
from graphql import get_named_type, parse, validate

from domain.actors import Actor
from domain.events import OutboxEvent
from domain.gigs import Gig
from domain.invoices import Invoice
from domain.projects import Project
from persistence import outbox
from persistence.outbox import Wanted
from persistence.wakeups import Wakeups
from resolvers.context import Context, Platform
from resolvers.live import Update, cursor_of
from schema.ids import PREFIXES
from server.auth import actor_of_token
from server.errors import as_fault
from server.operations import Asked, results
from server.plans import Plans
from tests.contract.both_executors import GRAPHQL, Both
from tests.contract.busy_platform import make_busy
from tests.contract.random_documents import Document, Writer
from tests.contract.random_values import Known
from tests.makers.events import make_placed_gig, toggle
from tests.world import World

SELECTIONS, SEED = int(os.environ.get("MILEPOST_EQUIVALENCE", "150")) // 3, int(os.environ.get("MILEPOST_SEED", "1"))
MOST_EVENTS = 12

FEEDS = {
    "gigActivity": ("gigId", Gig.SUBJECT, "gig"),
    "projectActivity": ("projectId", Project.SUBJECT, "prj"),
    "invoiceUpdated": ("organizationId", Invoice.SUBJECT, "org"),
    "events": ("", "", ""),
}
"""For each feed its argument, what its events are about, and the prefix of the id it takes."""


async def test_random_selections_of_every_feed_are_the_same_bytes(world: World) -> None:
    busy, tally = await make_busy(world), Counter[str]()
    known = Known({one: [f"{one}_{'0' * 32}"] for one in PREFIXES.values()})
    heard = [
        (viewer, name, events)
        for viewer in (busy.viewers["client"], busy.viewers["freelancer"])
        for name, (_, subject, _) in FEEDS.items()
        if (events := await _events(world, viewer, subject))
    ]
    assert {name for _, name, _ in heard} == set(FEEDS)
    async with Both.over(world) as both:
        for number in range(SELECTIONS):
            random = Random(SEED * 1_000_003 + number)
            viewer, name, events = random.choice(heard)
            document = _document(random, known, name, events, viewer)
            context = both.context(viewer)
            plan = both.planner.admit(document.text)
            database = world.database
            stream = await both.planner.subscribe(plan, document.variables, context, database.fetch, database.reader)
            assert stream is not None, (document, both.planner.fallbacks)
            await stream.events.aclose()
            for update in _updates(events, name):
                context.forget()
                planned, ordinary = await both.planner.message(stream, update), await stream.executed(update)
                if planned is None:
                    tally["with errors" if ordinary.errors else "left to the executor, without errors"] += 1
                else:
                    assert not ordinary.errors, (document, ordinary.errors)
                    assert planned.body == orjson.dumps(ordinary.data), document
                    tally["planned"] += 1
    print(f"seed {SEED}:", dict(tally), both.planner.fallbacks.most_common())
    assert tally["planned"] > SELECTIONS
    assert tally["left to the executor, without errors"] == 0


async def _events(world: World, viewer: Actor, subject: str) -> list[OutboxEvent]:
    """What the viewer's organization may hear of such subjects."""
    wanted = Wanted(topic=viewer.require_organization(), subject_type=subject or None)
    async with world.database.reader() as session:
        return list((await outbox.after(session, 0, viewer, wanted)).events)


def _updates(events: list[OutboxEvent], name: str) -> Iterator[Update]:
    """A gap, then what happened."""
    yield Update(0, None, None if name in ("events", "invoiceUpdated") else events[0].subject_id)
    for event in events[-MOST_EVENTS:]:
        yield Update(event.position, event, event.subject_id)


def _document(random: Random, known: Known, name: str, events: list[OutboxEvent], viewer: Actor) -> Document:
    argument, _, prefix = FEEDS[name]
    id_ = viewer.require_organization() if prefix == "org" else events[0].subject_id
    heading = f"$id: ID!, $after: Cursor) {{ result: {name}({argument}: $id, after: $after)" if argument else ""
    heading = heading or f"$after: Cursor) {{ result: {name}(after: $after)"
    variables: dict[str, Any] = {"after": cursor_of(0)} | ({"id": f"{prefix}_{id_.hex}"} if argument else {})
    bare = Document(f"subscription({heading} {{ cursor }} }}", variables)
    assert GRAPHQL.subscription_type is not None
    shown = get_named_type(GRAPHQL.subscription_type.fields[name].type)
    while True:
        more = Writer(random, known).beside(bare, shown, 3)
        if not validate(GRAPHQL, parse(more.text)):
            return more


ACTIVITY = (
    "subscription($id: ID!, $after: Cursor, $page: Cursor) { gigActivity(gigId: $id, after: $after) { cursor gap"
    " event { type subjectId subjectVersion actor { email } data } gig { id status version"
    " organization { name } history(first: 2, after: $page) { nodes { action } } } } }"
)


async def test_both_executors_tell_the_same_messages_of_the_same_events(world: World) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with world.database.reader() as session:
        start = await outbox.last_position(session)
    for _ in range(5):
        await toggle(world.database, gig, world.clock.now())
    await world.settle()
    platform, plans = Platform(world.database, world.clock.now, Wakeups(world.database)), Plans(world.database)
    viewer = await actor_of_token(world.database, client.token)
    stranger = await actor_of_token(world.database, (await world.client_side()).token)

    async def told(planned: Plans | None, who: Actor, **variables: Any) -> list[dict[str, Any]]:
        asked, context = (
            Asked(ACTIVITY, {"after": cursor_of(start)} | variables),
            Context(platform=platform, viewer=who),
        )
        messages = []
        async with aclosing(results(planned, asked, context)) as each:
            async for result in each:
                messages.append(_sent(result))
                if len(messages) == 5:
                    break
        return messages

    id_ = f"gig_{gig.hex}"
    for variables, who, expected in (
        ({"id": id_}, viewer, [{"data"}] * 5),
        ({"id": id_, "page": "nonsense"}, viewer, [{"data", "errors"}] * 5),
        ({"id": "gig_nonsense"}, viewer, [{"errors"}]),
        ({"id": f"gig_{'0' * 32}"}, stranger, [{"errors"}]),
        ({}, viewer, [{"errors"}]),
    ):
        ordinary = await told(None, who, **variables)
        assert [{name for name in ("data", "errors") if one.get(name)} for one in ordinary] == expected
        assert await told(plans, who, **variables) == ordinary
    assert plans.planner.planned == 5


def _sent(result: Any) -> dict[str, Any]:
    """A result as a transport sends it, but for what its caller still has left."""
    errors = [as_fault(error, "").formatted for error in result.errors or []]
    sent: dict[str, Any] = orjson.loads(orjson.dumps({"data": result.data, "errors": errors}))
    return sent
