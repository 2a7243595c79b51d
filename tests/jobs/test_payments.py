"""Sending, asking and collecting against the simulator: whatever is answered, money moves once."""

import asyncio
from datetime import timedelta

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.invoices import CollectionMode, InvoiceStatus, PaymentStatus
from domain.money import Money
from domain.payment_methods import Provider
from integrations.payments import Asked, Charge, Charged
from jobs.payment_outcomes import record_outcome
from jobs.payments import ask_unanswered, check_outcome, collect_due, look, send_created
from persistence.unit import unit_of_work
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged, make_claim, postings
from tests.makers.providers import Breaks, HoldsTheCall, TakesAnotherAmount, put_in_place, reach, simulator
from tests.world import World

AUTO = CollectionMode.AUTO
PAID_IN_FULL = {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
UNPAID = {"receivable": 100_000, "billed": -100_000}


async def pass_minutes(world: World, minutes: int) -> int:
    """Moves the clock and asks about whatever is due by then."""
    world.clock.advance(timedelta(minutes=minutes))
    return await ask_unanswered(world.database, world.clock.now())


async def test_an_automatic_charge_is_sent_booked_and_settles_the_invoice(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    assert await claim.payments() == ["CREATED"]
    assert await send_created(world.database, world.clock.now()) == 1
    assert await claim.payments() == ["SUCCEEDED"]
    invoice = await claim.invoice()
    assert (invoice.status, invoice.paid_minor, invoice.amount_due_minor) == (InvoiceStatus.PAID, 100_000, 0)
    assert await charged(world) == 100_000
    assert await balances(world) == PAID_IN_FULL
    assert await postings(world) == ["P1", "P3"]
    assert await claim.events("payment") == ["created", "succeeded"]
    assert await claim.events("invoice") == ["paid"]
    assert await send_created(world.database, world.clock.now()) == 0


async def test_the_worker_sends_a_new_payment_by_itself(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    await world.settle()
    assert (await claim.payments(), await charged(world)) == (["SUCCEEDED"], 100_000)


async def test_a_declined_charge_starts_the_collection_clock_and_books_nothing(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=AUTO)
    await send_created(world.database, world.clock.now())
    payment, invoice = await claim.payment(), await claim.invoice()
    assert (payment.status.name, payment.failure_code) == ("FAILED", "CARD_DECLINED")
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "CARD_DECLINED")
    assert invoice.collection_next_at is not None
    assert timedelta(hours=47) < invoice.collection_next_at - world.clock.now() <= timedelta(hours=48)
    assert await collect_due(world.database, world.clock.now()) == 0
    assert (await charged(world), await balances(world)) == (0, UNPAID)
    assert await claim.events("payment") == ["created", "failed"]
    assert await claim.events("invoice") == ["payment_failed"]


async def test_after_three_failures_48_hours_apart_nothing_is_charged_by_itself(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=AUTO)
    await world.settle()
    for _ in range(2):
        world.clock.advance(timedelta(hours=47))
        await world.settle()
        before = len(await claim.payments())
        world.clock.advance(timedelta(hours=1))
        await world.settle()
        assert len(await claim.payments()) == before + 1
    invoice = await claim.invoice()
    assert (invoice.payment_status, invoice.collection_attempts) == (PaymentStatus.ON_HOLD, 3)
    world.clock.advance(timedelta(days=30))
    await world.settle()
    assert await claim.payments() == ["FAILED"] * 3
    assert await claim.events("invoice") == ["payment_failed"] * 3 + ["put_on_hold"]
    assert await balances(world) == UNPAID


async def test_having_no_method_counts_as_a_failure(world: World) -> None:
    claim = await make_claim(world, mode=AUTO)
    invoice = await claim.invoice()
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "NO_PAYMENT_METHOD")
    assert await claim.payments() == []
    await make_method(claim.payer)
    world.clock.advance(timedelta(hours=48))
    await world.settle()
    assert (await claim.payments(), (await claim.invoice()).status) == (["SUCCEEDED"], InvoiceStatus.PAID)


async def test_a_charge_without_an_answer_is_asked_about_and_booked_once(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged", mode=AUTO)
    await send_created(world.database, world.clock.now())
    assert (await claim.payments(), await charged(world)) == (["UNKNOWN"], 100_000)
    invoice = await claim.invoice()
    assert (invoice.collection_attempts, invoice.collection_next_at) == (0, None)
    assert await pass_minutes(world, 4) == 0
    world.clock.advance(timedelta(minutes=1))
    asked = await asyncio.gather(*(ask_unanswered(world.database, world.clock.now()) for _ in range(5)))
    assert sum(asked) == 1
    assert (await claim.payments(), (await claim.invoice()).status) == (["SUCCEEDED"], InvoiceStatus.PAID)
    assert (await charged(world), await balances(world)) == (100_000, PAID_IN_FULL)
    assert await postings(world) == ["P1", "P3"]
    assert await claim.events("payment") == ["created", "became_unknown", "succeeded"]


async def test_a_charge_that_never_arrived_fails_after_two_answers_not_found(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_not_charged", mode=AUTO)
    await send_created(world.database, world.clock.now())
    assert await pass_minutes(world, 5) == 1
    assert await claim.payments() == ["UNKNOWN"]
    assert await pass_minutes(world, 9) == 0
    assert (await claim.invoice()).collection_attempts == 0
    assert await pass_minutes(world, 1) == 1
    payment, invoice = await claim.payment(), await claim.invoice()
    assert (payment.status.name, payment.failure_code) == ("FAILED", "NEVER_ARRIVED")
    assert (invoice.collection_attempts, invoice.collection_last_failure) == (1, "NEVER_ARRIVED")
    assert (await charged(world), await balances(world)) == (0, UNPAID)
    assert await pass_minutes(world, 60) == 0


async def test_a_provider_that_breaks_leaves_the_outcome_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    put_in_place(monkeypatch, Breaks(simulator(world)))
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["UNKNOWN"]
    assert await pass_minutes(world, 5) == 1
    assert (await claim.payments(), await balances(world)) == (["SUCCEEDED"], PAID_IN_FULL)


async def test_another_amount_than_asked_for_pays_nothing_and_waits_in_suspense(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    put_in_place(monkeypatch, TakesAnotherAmount(simulator(world)))
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["UNKNOWN"]
    assert await balances(world) == {**UNPAID, "provider_cash": 99_999, "suspense": -99_999}


async def test_many_workers_send_a_payment_once(world: World) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    sent = await asyncio.gather(*(send_created(world.database, world.clock.now()) for _ in range(20)))
    assert sum(sent) == 1
    assert (await claim.payments(), await charged(world)) == (["SUCCEEDED"], 100_000)
    assert await postings(world) == ["P1", "P3"]


async def test_many_workers_share_many_payments(world: World) -> None:
    first = await make_claim(world, token="sim_ok", mode=AUTO)
    claims = [first, *[await make_claim(world, mode=AUTO, sides=first) for _ in range(9)]]
    await asyncio.gather(*(send_created(world.database, world.clock.now()) for _ in range(4)))
    assert [await claim.payments() for claim in claims] == [["SUCCEEDED"]] * 10
    assert await charged(world) == 1_000_000
    assert (await balances(world))["wallet_available"] == -950_000


async def test_many_workers_start_one_automatic_charge(world: World) -> None:
    claim = await make_claim(world, token="sim_decline", mode=AUTO)
    await send_created(world.database, world.clock.now())
    world.clock.advance(timedelta(hours=48))
    await asyncio.gather(*(collect_due(world.database, world.clock.now()) for _ in range(20)))
    assert await claim.payments() == ["FAILED", "CREATED"]


async def test_the_same_answer_many_times_at_once_is_booked_once(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged", mode=AUTO)
    await send_created(world.database, world.clock.now())
    payment = await claim.payment()
    answer = Charged(provider_id="sim_1", amount=payment.amount)
    now = world.clock.now()
    await asyncio.gather(*(record_outcome(world.database, payment.id, answer, now) for _ in range(10)))
    assert (await balances(world), await postings(world)) == (PAID_IN_FULL, ["P1", "P3"])
    assert await claim.events("payment") == ["created", "became_unknown", "succeeded"]


async def test_a_late_success_settles_what_is_still_due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    stand = HoldsTheCall(simulator(world))
    put_in_place(monkeypatch, stand)
    sending = asyncio.create_task(send_created(world.database, world.clock.now()))
    await stand.reached.wait()
    for minutes in (10, 5, 10):
        assert await pass_minutes(world, minutes) == 1
    assert ((await claim.payment()).failure_code, await claim.payments()) == ("NEVER_ARRIVED", ["FAILED"])
    stand.let_go.set()
    await sending
    assert (await claim.payments(), (await claim.invoice()).status) == (["SUCCEEDED"], InvoiceStatus.PAID)
    assert (await charged(world), await balances(world)) == (100_000, PAID_IN_FULL)
    assert await claim.events("payment") == ["created", "became_unknown", "failed", "succeeded"]


async def test_a_late_success_of_what_was_paid_otherwise_becomes_customer_credit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await make_claim(world, token="sim_ok", mode=AUTO)
    stand = HoldsTheCall(simulator(world))
    with monkeypatch.context() as during:
        put_in_place(during, stand)
        sending = asyncio.create_task(send_created(world.database, world.clock.now()))
        await stand.reached.wait()
    for minutes in (10, 5, 10):
        await pass_minutes(world, minutes)
    world.clock.advance(timedelta(hours=48))
    await collect_due(world.database, world.clock.now())
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["FAILED", "SUCCEEDED"]
    stand.let_go.set()
    await sending
    assert await claim.payments() == ["SUCCEEDED", "SUCCEEDED"]
    assert await charged(world) == 200_000
    assert await balances(world) == PAID_IN_FULL | {"provider_cash": 200_000, "customer_credit": -100_000}
    invoice = await claim.invoice()
    assert (invoice.status, invoice.paid_minor) == (InvoiceStatus.PAID, 100_000)


async def test_any_payment_can_be_checked_against_the_provider(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged", mode=AUTO)
    await send_created(world.database, world.clock.now())
    payment = await claim.payment()
    for _ in range(2):
        await check_outcome(world.database, payment.id, world.clock.now())
    assert (await claim.payments(), await postings(world)) == (["SUCCEEDED"], ["P1", "P3"])


async def test_no_provider_is_called_inside_a_unit_of_work(world: World) -> None:
    provider, charge = reach(world), _charge(world, 1)
    asked = Asked(key=charge.key, provider_id=None, at=charge.at)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()):
        for call in (provider.charge(charge), provider.find(asked), provider.find_payout(asked)):
            with pytest.raises(AssertionError, match="inside a unit of work"):
                await call
    assert await charged(world) == 0


async def test_the_simulator_charges_a_key_once_and_keeps_its_own_books(world: World) -> None:
    provider, charge = reach(world), _charge(world, 250)
    answers = await asyncio.gather(*(provider.charge(charge) for _ in range(5)))
    answer = Charged(provider_id=f"sim_{charge.key.hex}", amount=Money(250, "EUR"), fee=Money(0, "EUR"))
    assert answers == [answer] * 5
    assert await provider.find(Asked(key=charge.key, provider_id=None, at=charge.at)) == answers[0]
    assert (await charged(world), await charged(world, "USD")) == (250, 0)


def _charge(world: World, amount_minor: int) -> Charge:
    return Charge(
        key=new_id(),
        amount=Money(amount_minor, "EUR"),
        method_token="sim_ok",
        return_url="https://northwind.example/paid",
        description="Invoice NW-2026-0001",
        is_off_session=False,
        at=world.clock.now(),
    )


async def test_a_message_about_something_unknown_leads_to_no_payment_whose_answer_is_missing(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged", mode=AUTO)
    await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["UNKNOWN"]
    assert await look(world.database, Provider.SIMULATOR, new_id(), None, world.clock.now()) is False
    assert await look(world.database, Provider.SIMULATOR, None, "sim_of_others", world.clock.now()) is False
    assert await claim.payments() == ["UNKNOWN"]
