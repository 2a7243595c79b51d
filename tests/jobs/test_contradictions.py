"""What a provider did after all, or otherwise than asked, or took back: the books stay, and staff are told."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.money import Money
from integrations.payments import Declined, PaidOut, Refunded
from jobs import payouts, refunds
from jobs.payment_outcomes import record_outcome
from tests.makers.credits import credit, make_paid, refund_of
from tests.makers.payments import balances
from tests.makers.payouts import earner, figures, request_payout
from tests.makers.providers import TakesAnotherAmount, put_in_place, simulator
from tests.world import World

EXCEPTIONS = "{ moneyExceptions { nodes { kind subjectId expected actual } } }"


async def told(world: World) -> list[tuple[str, str, str, str]]:
    nodes = (await (await world.staff()).ask(EXCEPTIONS))["moneyExceptions"]["nodes"]
    return [(one["kind"], one["subjectId"], one["expected"], one["actual"]) for one in nodes]


async def test_staff_are_told_of_a_refund_that_was_made_after_it_had_failed(world: World) -> None:
    claim, _ = await make_paid(world, token="sim_refund_decline")
    await credit(claim, 40_000, refund=True)
    await refunds.send_pending(world.database, world.clock.now())
    refund, before = await refund_of(claim), await balances(world)
    proof = Refunded(provider_id="sim_re_late", amount=refund.amount)
    for _ in range(2):
        await refunds.record_outcome(world.database, refund.id, proof, world.clock.now())
    assert await told(world) == [("LATE_SUCCESS", f"rfd_{refund.id.hex}", "FAILED", "400.00 EUR were moved")]
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("FAILED", before)


async def test_staff_are_told_of_a_refund_that_failed_after_it_was_made(world: World) -> None:
    claim, _ = await make_paid(world)
    await credit(claim, 40_000, refund=True)
    await refunds.send_pending(world.database, world.clock.now())
    refund, before = await refund_of(claim), await balances(world)
    for _ in range(2):
        failed = Declined(code="ACCOUNT_CLOSED", provider_id="sim_re_1")
        await refunds.record_outcome(world.database, refund.id, failed, world.clock.now())
    assert await told(world) == [
        ("STATE_MISMATCH", f"rfd_{refund.id.hex}", "SUCCEEDED", "It has failed since: ACCOUNT_CLOSED.")
    ]
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("SUCCEEDED", before)


async def test_staff_are_told_of_a_payment_that_failed_after_it_was_made(world: World) -> None:
    claim, payment = await make_paid(world)
    before, now = await balances(world), world.clock.now()
    failed = Declined(code="PROVIDER_REFUSED")
    for asked_at in (now - timedelta(hours=1), now + timedelta(hours=1), now + timedelta(hours=2)):
        await record_outcome(world.database, UUID(payment[4:]), failed, asked_at=asked_at, now=now)
    assert await told(world) == [("STATE_MISMATCH", payment, "SUCCEEDED", "It has failed since: PROVIDER_REFUSED.")]
    assert (await claim.payments(), await balances(world)) == (["SUCCEEDED"], before)


async def test_staff_are_told_of_a_payout_that_was_made_after_it_had_failed(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_decline")
    payout = await request_payout(freelancer, 20_000)
    await payouts.send_pending(world.database, world.clock.now())
    proof = PaidOut(provider_id="sim_po_late", amount=Money(20_000, "EUR"))
    await payouts.record_outcome(world.database, UUID(payout["id"][4:]), proof, world.clock.now())
    assert await told(world) == [("LATE_SUCCESS", payout["id"], "FAILED", "200.00 EUR were moved")]
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}


async def test_staff_are_told_of_another_amount_than_was_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, _ = await make_paid(world)
    await credit(claim, 40_000, refund=True)
    freelancer = await earner(world, 50_000)
    payout = await request_payout(freelancer, 20_000)
    with monkeypatch.context() as during:
        put_in_place(during, TakesAnotherAmount(simulator(world)))
        await refunds.send_pending(world.database, world.clock.now())
        await payouts.send_pending(world.database, world.clock.now())
    found = [(kind, subject, expected) for kind, subject, expected, _ in await told(world)]
    refund = f"rfd_{(await refund_of(claim)).id.hex}"
    assert found == [("AMOUNT_MISMATCH", refund, "400.00 EUR"), ("AMOUNT_MISMATCH", payout["id"], "200.00 EUR")]
