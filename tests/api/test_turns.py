"""Mutations in a crowd: a few at once, each in its turn, and a refusal to whoever waited too long."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text

from domain.permissions import StaffRole
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


@pytest.mark.parametrize("times_asked_before", [0, 2], ids=["by the ordinary executor", "by a plan"])
async def test_staff_whose_reading_finds_no_turn_in_the_audit_log_are_told_to_repeat_it(
    world: World, times_asked_before: int
) -> None:
    def hurry(connection: Any) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '20ms'")

    staff, query = await world.staff(StaffRole.SUPPORT), "{ viewer { user { id } } }"
    for _ in range(times_asked_before):
        await staff.ask(query)
    holder = await asyncpg.connect(world.database.url)
    event.listen(world.database.engine.sync_engine, "begin", hurry)
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE audit_entries IN SHARE MODE")
            body = await world.client.post(query, None, staff.token)
    finally:
        event.remove(world.database.engine.sync_engine, "begin", hurry)
        await holder.close()
    assert body.get("data") is None
    assert [one["extensions"]["code"] for one in body["errors"]] == ["RATE_LIMITED"]
    assert (await staff.ask(query))["viewer"]["user"] is not None
