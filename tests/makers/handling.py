"""Messages of providers that are handled: a charge of which only they tell, and what becomes of all that was told."""

from datetime import timedelta

from sqlalchemy import select

from domain.inbound_webhooks import InboundWebhook
from domain.money_exceptions import MoneyException
from jobs.payments import send_created
from jobs.webhook_handling import handle_due
from persistence.tables.money import payment_attempts
from persistence.tables.platform import status_changes
from tests.makers.payments import Claim, make_claim
from tests.makers.webhooks import Message, webhooks
from tests.world import World

INSTANT = timedelta(microseconds=1)


async def handle(world: World, **later: float) -> int:
    """What is due after that time is handled."""
    world.clock.advance(timedelta(**later))
    return await handle_due(world.database, world.clock.now())


async def lost_answer(world: World) -> tuple[Claim, Message]:
    """A payment that was charged, which nobody here knows; and what the provider tells of it."""
    claim = await make_claim(world, token="sim_timeout_charged")
    await claim.pay()
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["UNKNOWN"]
    async with world.database.reader() as session:
        [attempt] = await session.scalars(select(payment_attempts.c.id))
    return claim, Message(key=attempt)


async def standing(world: World) -> list[str]:
    return [one.status.name for one in await webhooks(world)]


async def the_one(world: World) -> InboundWebhook:
    [webhook] = await webhooks(world)
    return webhook


async def exceptions(world: World) -> list[MoneyException]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(MoneyException).order_by("id")))


async def actions(world: World) -> list[str]:
    """The moves of all webhooks, in order."""
    async with world.database.reader() as session:
        kept = [one.id for one in await webhooks(world)]
        statement = select(status_changes.c.action).where(status_changes.c.subject_id.in_(kept))
        return list(await session.scalars(statement.order_by(status_changes.c.id)))
