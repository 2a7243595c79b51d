"""Refunds against the simulator: whatever is answered, money goes back once, and what does not arrive is kept."""

import asyncio
from datetime import timedelta

import pytest

from domain.ids import new_id
from integrations.chargebacks import ReportedState
from integrations.payments import Refunded
from jobs.refunds import ask_unanswered, record_outcome, send_pending
from tests.makers.chargebacks import report
from tests.makers.credits import credit, given_back, make_paid, refund_of
from tests.makers.escrow import make_funded_project
from tests.makers.payments import Claim, balances, postings, unsound
from tests.makers.providers import Breaks, TakesAnotherAmount, put_in_place, simulator
from tests.world import World

KEPT = {"provider_cash": 100_000, "wallet_available": -57_000, "platform_fee": -3_000, "customer_credit": -40_000}
GONE = {"provider_cash": 60_000, "wallet_available": -57_000, "platform_fee": -3_000}
ON_ITS_WAY = {"provider_cash": 100_000, "wallet_available": -57_000, "platform_fee": -3_000, "refund_payable": -40_000}


async def make_refund(world: World, token: str = "sim_ok") -> Claim:
    """A paid invoice of which 400.00 were credited; their refund is not sent yet."""
    claim, _ = await make_paid(world, token=token)
    await credit(claim, 40_000, refund=True)
    return claim


async def pass_minutes(world: World, minutes: int) -> int:
    """Moves the clock and asks about whatever is due by then."""
    world.clock.advance(timedelta(minutes=minutes))
    return await ask_unanswered(world.database, world.clock.now())


async def test_a_refund_is_sent_once_and_posted_once(world: World) -> None:
    claim = await make_refund(world)
    assert await balances(world) == ON_ITS_WAY
    sent = await asyncio.gather(*(send_pending(world.database, world.clock.now()) for _ in range(5)))
    assert sum(sent) == 1
    assert (await refund_of(claim)).status.name == "SUCCEEDED"
    assert (await given_back(world), await balances(world)) == (40_000, GONE)
    assert await postings(world) == ["P1", "P3", "P9", "P10", "P10"]


async def test_a_refund_is_not_sent_while_the_bank_takes_its_payment_back_and_is_sent_once_that_is_won(
    world: World,
) -> None:
    claim = await make_refund(world)
    payment = f"pay_{(await claim.payment()).id.hex}"
    await report(world, payment, ReportedState.NEEDS_RESPONSE, 100_000)
    assert (await send_pending(world.database, world.clock.now()), await given_back(world)) == (0, 0)
    await world.settle()
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("PENDING", 0)
    await report(world, payment, ReportedState.WON, 100_000)
    assert await send_pending(world.database, world.clock.now()) == 1
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("SUCCEEDED", 40_000)
    assert await unsound(world) == []


async def test_a_refund_of_a_payment_that_is_lost_to_the_bank_is_never_sent(world: World) -> None:
    claim = await make_refund(world)
    await report(world, f"pay_{(await claim.payment()).id.hex}", ReportedState.LOST, 100_000)
    await world.settle()
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("CANCELED", 0)
    assert (await claim.payment()).refunded_minor == 0
    assert await claim.events("refund") == ["requested", "canceled"]
    owed = {"customer_credit": -40_000, "org_debt": 40_000}
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000} | owed
    assert await unsound(world) == []


async def test_a_refund_of_held_money_that_is_lost_to_the_bank_pays_for_that(world: World) -> None:
    made, hold = await make_funded_project(world)
    giving_back = {"holdId": hold, "reason": "Too busy.", "idempotencyKey": world.key()}
    await made.freelancer.do("refundEscrow", "hold { status }", **giving_back)
    query = "query($id: ID!) { escrowHold(id: $id) { payments { nodes { id } } } }"
    [payment] = (await made.client.ask(query, id=hold))["escrowHold"]["payments"]["nodes"]
    await report(world, payment["id"], ReportedState.LOST, 100_000)
    assert await balances(world) == {"org_debt": 100_000, "refund_payable": -100_000}
    await world.settle()
    assert (await given_back(world), await balances(world)) == (0, {})
    assert await unsound(world) == []


async def test_a_declined_refund_is_the_customers_credit_again(world: World) -> None:
    claim = await make_refund(world, "sim_refund_decline")
    await send_pending(world.database, world.clock.now())
    refund = await refund_of(claim)
    assert (refund.status.name, refund.failure_code) == ("FAILED", "NOT_REFUNDABLE")
    assert (await given_back(world), await balances(world)) == (0, KEPT)
    assert (await claim.payment()).refunded_minor == 0
    assert await claim.events("refund") == ["requested", "failed"]


async def test_a_refund_without_an_answer_is_asked_about_and_never_sent_again(world: World) -> None:
    claim = await make_refund(world, "sim_refund_timeout_done")
    await send_pending(world.database, world.clock.now())
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("UNKNOWN", 40_000)
    assert await balances(world) == ON_ITS_WAY
    assert await pass_minutes(world, 4) == 0
    world.clock.advance(timedelta(minutes=1))
    asked = await asyncio.gather(*(ask_unanswered(world.database, world.clock.now()) for _ in range(5)))
    assert sum(asked) == 1
    assert (await refund_of(claim)).status.name == "SUCCEEDED"
    assert (await given_back(world), await balances(world)) == (40_000, GONE)
    assert await claim.events("refund") == ["requested", "became_unknown", "succeeded"]


async def test_a_refund_that_never_arrived_fails_after_two_answers_not_found(world: World) -> None:
    claim = await make_refund(world, "sim_refund_timeout_not_done")
    await send_pending(world.database, world.clock.now())
    assert await pass_minutes(world, 5) == 1
    assert (await refund_of(claim)).status.name == "UNKNOWN"
    assert await pass_minutes(world, 10) == 1
    refund = await refund_of(claim)
    assert (refund.status.name, refund.failure_code) == ("FAILED", "NEVER_ARRIVED")
    assert (await given_back(world), await balances(world)) == (0, KEPT)


async def test_a_late_refund_is_asked_about_until_it_is_done(world: World) -> None:
    claim = await make_refund(world, "sim_refund_late")
    await send_pending(world.database, world.clock.now())
    assert await pass_minutes(world, 10) == 1
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("PROCESSING", ON_ITS_WAY)
    assert await pass_minutes(world, 10) == 1
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("PROCESSING", ON_ITS_WAY)
    assert await pass_minutes(world, 45) == 1
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("SUCCEEDED", GONE)


async def test_a_connection_that_breaks_leaves_the_outcome_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await make_refund(world)
    with monkeypatch.context() as during:
        put_in_place(during, Breaks(simulator(world)))
        await send_pending(world.database, world.clock.now())
    assert (await refund_of(claim)).status.name == "UNKNOWN"
    await pass_minutes(world, 5)
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("SUCCEEDED", GONE)


async def test_another_amount_than_asked_for_proves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = await make_refund(world)
    with monkeypatch.context() as during:
        put_in_place(during, TakesAnotherAmount(simulator(world)))
        await send_pending(world.database, world.clock.now())
    assert ((await refund_of(claim)).status.name, await balances(world)) == ("UNKNOWN", ON_ITS_WAY)


async def test_an_answer_that_comes_again_changes_nothing(world: World) -> None:
    claim = await make_refund(world)
    await send_pending(world.database, world.clock.now())
    refund = await refund_of(claim)
    for _ in range(3):
        answer = Refunded(provider_id=f"sim_re_{new_id().hex}", amount=refund.amount)
        await record_outcome(world.database, refund.id, answer, world.clock.now())
    assert await balances(world) == GONE
    assert (await refund_of(claim)).version == refund.version
