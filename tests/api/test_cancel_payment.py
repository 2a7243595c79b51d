"""Cancelling payments through the API."""

import asyncio
from datetime import timedelta

from domain.invoices import CollectionMode
from domain.permissions import Role
from jobs.payments import send_created
from tests.makers.colleagues import colleague
from tests.makers.payments import charged, make_claim
from tests.world import World

AUTO = CollectionMode.AUTO


async def test_a_payment_is_cancelled_by_the_payer_before_it_is_sent(world: World) -> None:
    claim = await make_claim(world, token="sim_ok")
    payment = await claim.pay()
    input = {"paymentId": payment, "idempotencyKey": world.key()}
    stranger = await world.client_side("Southwind")
    assert (await stranger.refused("cancelPayment", **input))["code"] == "NOT_FOUND"
    for person in (claim.issuer, await colleague(world, claim.payer, Role.MEMBER)):
        assert (await person.refused("cancelPayment", **input))["code"] == "FORBIDDEN"
    assert await claim.payments() == ["CREATED"]
    canceled = await claim.payer.do("cancelPayment", "payment { status } invoice { status }", **input)
    assert canceled == {"payment": {"status": "CANCELED"}, "invoice": {"status": "OPEN"}}
    await world.settle()
    assert (await claim.payments(), await charged(world)) == (["CANCELED"], 0)
    assert await claim.events("payment") == ["created", "canceled"]
    await claim.pay()
    await world.settle()
    assert await claim.payments() == ["CANCELED", "SUCCEEDED"]


async def test_what_was_sent_is_not_cancelled(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged")
    payment = await claim.pay()
    await send_created(world.database, world.clock.now())
    refusal = await claim.payer.refused("cancelPayment", paymentId=payment, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == (
        "WRONG_STATE",
        "UNKNOWN",
        ["CREATED", "REQUIRES_ACTION", "AUTHORIZED"],
    )


async def test_cancelling_an_automatic_charge_counts_as_its_failure(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    payment = f"pay_{(await claim.payment()).id.hex}"
    await claim.payer.do("cancelPayment", "payment { id }", paymentId=payment, idempotencyKey=world.key())
    invoice = await claim.invoice()
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "CANCELED")
    world.clock.advance(timedelta(hours=48))
    await world.settle()
    assert await claim.payments() == ["CANCELED", "SUCCEEDED"]


async def test_sending_and_cancelling_at_once_end_in_one_of_both(world: World) -> None:
    for _ in range(5):
        claim = await make_claim(world, token="sim_ok")
        before, payment = await charged(world), await claim.pay()
        cancelling = claim.payer.attempt(
            "cancelPayment", "payment { status }", paymentId=payment, idempotencyKey=world.key()
        )
        result, _sent = await asyncio.gather(cancelling, send_created(world.database, world.clock.now()))
        await world.settle()
        canceled = "payment" in result
        assert await claim.payments() == ["CANCELED" if canceled else "SUCCEEDED"]
        assert await charged(world) - before == (0 if canceled else 100_000)
