"""What providers tell leads to the same rows whatever order it comes in and however often it is told.

`MILEPOST_ORDERS=200` tries that many orders, `MILEPOST_SEED=…` those of an earlier run again.
"""

import os
import random
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.inbound_webhooks import SubjectKind
from jobs.payments import send_created
from jobs.refunds import send_pending
from jobs.webhook_handling import handle_due
from persistence.tables.losses import chargebacks, money_exceptions
from persistence.tables.money import payment_attempts, payments
from persistence.tables.refunds import refund_attempts
from tests.makers.credits import credit, make_paid, refund_of
from tests.makers.payments import balances, make_claim, postings, unsound
from tests.makers.providers import Moody, put_in_place, simulator
from tests.makers.webhooks import Message, told, webhooks
from tests.world import World

ORDERS = int(os.environ.get("MILEPOST_ORDERS", "3"))
SEED = int(os.environ.get("MILEPOST_SEED", "1"))


@pytest.mark.parametrize("seed", range(SEED, SEED + ORDERS))
async def test_any_order_and_repetition_of_messages_gives_the_same_rows(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    messages = await _everything_unheard(world, monkeypatch)
    chance.shuffle(messages)
    coming = [one for one in messages for _ in range(chance.randint(1, 3))]
    coming += chance.choices(messages, k=4)
    chance.shuffle(coming)
    while coming:
        taken = chance.randint(1, len(coming))
        now, coming = coming[:taken], coming[taken:]
        await told(world, *now)
        await handle_due(world.database, world.clock.now())
    for _ in range(4):
        world.clock.advance(timedelta(minutes=10))
        await handle_due(world.database, world.clock.now())
    assert {one.status.name for one in await webhooks(world)} <= {"PROCESSED", "IGNORED"}
    assert len(await webhooks(world)) == len(messages)
    async with world.database.reader() as session:
        paid = [one.name for one in await session.scalars(select(payments.c.status))]
        disputed = [one.name for one in await session.scalars(select(chargebacks.c.status))]
        assert (paid, disputed) == (["SUCCEEDED", "SUCCEEDED"], ["NEEDS_RESPONSE"])
        assert (await session.execute(select(money_exceptions))).all() == []
    assert sorted(await postings(world)) == ["P1", "P1", "P10", "P10", "P15", "P3", "P3", "P9"]
    assert await balances(world) == {
        "provider_cash": 60_000,
        "chargeback_reserve": 100_000,
        "wallet_available": -57_000,
        "wallet_held": -95_000,
        "platform_fee": -8_000,
    }
    assert await unsound(world) == []


async def _everything_unheard(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """A payment, a refund and a chargeback that the provider knows of and nobody here, and what there is to tell."""
    refunded, _ = await make_paid(world)
    await credit(refunded, 40_000, refund=True)
    disputed = await make_claim(world, token="sim_chargeback")
    await disputed.pay()
    with monkeypatch.context() as during:
        put_in_place(during, Moody(simulator(world), "forgetful"))
        await send_created(world.database, world.clock.now())
        await send_pending(world.database, world.clock.now())
    assert (await disputed.payments(), (await refund_of(refunded)).status.name) == (["UNKNOWN"], "UNKNOWN")
    began = world.clock.now()
    world.clock.advance(timedelta(days=1, minutes=10))
    reported = await simulator(world).chargebacks(began, world.clock.now())
    assert isinstance(reported, list | tuple)
    [dispute] = reported
    told_of = [
        *((SubjectKind.CHARGE, key, None) for key in await _keys(world)),
        (SubjectKind.REFUND, await _refund_key(world), None),
        (SubjectKind.CHARGEBACK, None, dispute.external_id),
    ]
    return [
        Message(kind=kind, key=key, provider_id=id_, type=type_, occurred_at=began + timedelta(seconds=seconds))
        for kind, key, id_ in told_of
        for seconds, type_ in enumerate(("created", "updated", "succeeded"))
    ]


async def _keys(world: World) -> list[UUID]:
    async with world.database.reader() as session:
        return list(await session.scalars(select(payment_attempts.c.id).order_by(payment_attempts.c.id)))


async def _refund_key(world: World) -> UUID:
    async with world.database.reader() as session:
        return (await session.scalars(select(refund_attempts.c.id))).one()
