"""Usage that is reported or voided while its period closes: it counts once, in what is summed up or afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text

from domain.actors import SYSTEM
from domain.refusals import RefusalCode, Refused
from domain.usage_events import UsageEvent, UsageReport
from persistence import usage, usage_closings
from persistence.unit import Unit, transact, unit_of_work
from tests.billing.test_usage import event, record
from tests.billing.test_usage_closing import DAY, subscribed_with_usage, totals, usage_lines
from tests.makers.subscriptions import Subscribed
from tests.world import World

SECOND = timedelta(seconds=1)
Work = Callable[[Unit], Awaitable[object]]


class Closing:
    """A period with 2,000 calls for 5.00, which has been over for a day in some seconds."""

    def __init__(self, subscribed: Subscribed, meter: str, period_id: UUID, end: datetime) -> None:
        self.subscribed, self.meter, self.end, self._period_id = subscribed, meter, end, period_id

    async def report(self, db: Unit) -> None:
        """1,000 calls more, in its last second."""
        occurred_at, value = self.end - SECOND, Decimal(1_000)
        one = UsageReport(meter_code="calls", event_id="b", occurred_at=occurred_at, value=value, unique_key=None)
        stored, _ = await usage.write(db, self.subscribed.buyer.organization_id, None, {0: one})
        assert stored[0].is_new

    async def void(self, db: Unit) -> None:
        """Takes the 2,000 back."""
        found = (await db.session.scalars(select(UsageEvent).with_for_update())).one()
        found.void("Counted by mistake.", closed=await usage.is_closed(db, found), at=db.at)

    async def close(self, db: Unit) -> None:
        assert await usage_closings.close(db, self._period_id)

    async def both(self, first: Work, second: Work) -> None:
        """The second begins while the first is under way, which commits when the second waits for it, or is done."""
        database = self.subscribed.world.database
        async with unit_of_work(database, by=SYSTEM, at=self._at(first)) as db:
            await first(db)
            await db.flush()
            other = asyncio.create_task(transact(database, second, by=SYSTEM, at=self._at(second)))
            await until_it_waits(self.subscribed.world, other)
        await other

    def _at(self, work: Work) -> datetime:
        """Whatever is told comes a second too early to be late by itself."""
        return self.end + DAY if work == self.close else self.end + DAY - SECOND

    async def charged(self) -> list[int]:
        """What its usage and that of the period after it came to."""
        second = (await self.subscribed.periods())[1]
        await self.subscribed.live_until(second.period_end + DAY)
        return [line.amount_minor for line in await usage_lines(self.subscribed.world)]


async def closing(world: World) -> Closing:
    subscribed, meter = await subscribed_with_usage(world)
    await record(subscribed.buyer, event(world, "a", value="2000"))
    [period] = await subscribed.periods()
    await subscribed.live_until(period.period_end + DAY - 5 * SECOND)
    return Closing(subscribed, meter, period.id, period.period_end)


async def until_it_waits(world: World, task: asyncio.Task[object]) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with world.database.engine.connect() as connection:
        while not task.done() and not (await connection.execute(waiting)).scalar_one():
            await asyncio.sleep(0.01)


async def test_a_report_that_is_under_way_when_its_period_closes_is_waited_for(world: World) -> None:
    found = await closing(world)
    await found.both(found.report, found.close)
    assert await found.charged() == [1_000]


async def test_a_report_from_before_the_closing_that_comes_after_it_counts_in_the_next_period(world: World) -> None:
    found = await closing(world)
    await found.both(found.close, found.report)
    assert await totals(world, found.subscribed, found.meter) == [("2000", "500", False), ("1000", "0", False)]
    await record(found.subscribed.buyer, event(world, "c", value="2000"))
    assert await found.charged() == [500, 1_000]


async def test_an_event_is_voided_in_time_or_charged(world: World) -> None:
    found = await closing(world)
    await found.both(found.void, found.close)
    assert await found.charged() == []


async def test_an_event_is_not_voided_once_its_period_is_summed_up(world: World) -> None:
    found = await closing(world)
    with pytest.raises(Refused) as refused:
        await found.both(found.close, found.void)
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "CLOSED")
    assert await found.charged() == [500]
