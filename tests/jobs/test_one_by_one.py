"""Jobs over many objects: one that fails holds up no other, and what it had changed is undone."""

from uuid import UUID

import pytest
from sqlalchemy import select

from domain.ids import new_id
from domain.refusals import conflict
from jobs.one_by_one import each
from persistence.tables.platform import status_changes
from persistence.unit import Unit
from tests.makers.rows import count
from tests.world import World


async def leave_a_trace(db: Unit, id_: UUID) -> None:
    await db.session.execute(
        status_changes.insert().values(
            id=id_, subject_id=id_, action="test", now="DONE", actor_kind=db.by.kind.value, at=db.at
        )
    )


async def test_a_failure_is_raised_after_all_others_had_their_turn(world: World) -> None:
    bad, good = new_id(), [new_id(), new_id()]

    async def work(db: Unit, id_: UUID) -> bool:
        await leave_a_trace(db, id_)
        if id_ == bad:
            raise RuntimeError("broken")
        return True

    with pytest.raises(ExceptionGroup) as raised:
        await each(world.database, [good[0], bad, good[1]], work, world.clock.now())
    assert [str(one) for one in raised.value.exceptions] == ["broken"]
    async with world.database.connection() as connection:
        done = set(await connection.scalars(select(status_changes.c.id).where(status_changes.c.action == "test")))
    assert done == set(good)


async def test_a_refusal_means_that_there_is_nothing_to_do_any_more(world: World) -> None:
    async def work(db: Unit, id_: UUID) -> bool:
        await leave_a_trace(db, id_)
        raise conflict("Somebody was faster.")

    assert await each(world.database, [new_id()], work, world.clock.now()) == 0
    assert await count(world, status_changes, status_changes.c.action == "test") == 0
