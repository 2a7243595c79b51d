"""Mutations in a crowd: a few at once, each in its turn, and a refusal to whoever waited too long."""

import asyncio

import pytest
from sqlalchemy import text

from domain.refusals import RefusalCode, Refused
from persistence.unit import Unit
from persistence.wakeups import Wakeups
from resolvers.context import WRITING_AT_ONCE, Context, Platform
from resolvers.guards import Needs
from resolvers.mutations import Call, Changed, run
from tests.world import World


def platform_of(world: World) -> Platform:
    return Platform(database=world.database, now=world.clock.now, wakeups=Wakeups(world.database))


async def test_no_more_mutations_run_at_once_than_a_process_can_finish_soon(world: World) -> None:
    running, most = 0, 0

    async def verb(db: Unit) -> Changed:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await db.session.execute(text("SELECT pg_sleep(0.01)"))
        running -= 1
        return Changed(done=True)

    context = Context(platform=platform_of(world))
    call = Call("beBusy", verb, Needs.ANYONE, {})
    done = await asyncio.gather(*(run(context, call) for _ in range(5 * WRITING_AT_ONCE)))
    assert len(done) == 5 * WRITING_AT_ONCE
    assert most == WRITING_AT_ONCE


async def test_what_waits_too_long_for_its_turn_is_refused_and_may_be_repeated(world: World) -> None:
    async def verb(db: Unit) -> Changed:
        await db.session.execute(text("SET LOCAL statement_timeout = '20ms'"))
        await db.session.execute(text("SELECT pg_sleep(5)"))
        return Changed(done=True)

    context = Context(platform=platform_of(world))
    with pytest.raises(Refused) as refused:
        await run(context, Call("waitInVain", verb, Needs.ANYONE, {}))
    assert refused.value.code is RefusalCode.RATE_LIMITED
    assert refused.value.refusal.retry_after_seconds == 1
    assert context.platform.writing.locked() is False
