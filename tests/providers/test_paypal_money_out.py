"""Refunds and payouts through PayPal: once per key, and found again when an answer is lost."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.payments import CameBack, Charged, Declined, NoAnswer, NotFound, PaidOut, Refunded, UnderWay
from integrations.paypal_payments import PayPal
from standins.faults import Fault
from standins.paypal.server import PayPalStandIn
from tests.providers.paypal import Stage, asked, charge, now, opened, paying, refunding

Pair = tuple[PayPal, PayPalStandIn]


@pytest.fixture
async def paypal(paypal_stage: Stage) -> AsyncIterator[Pair]:
    async with paypal_stage.paypal() as pair:
        yield pair


async def taken(adapter: PayPal) -> str:
    """The id of a charge over 100.00 EUR."""
    answer = await adapter.charge(charge())
    assert isinstance(answer, Charged)
    return answer.provider_id


def moved(standin: PayPalStandIn, code: str) -> list[tuple[str, str]]:
    """The keys and amounts of PayPal's books with this code."""
    return [
        (line["custom_field"], line["transaction_amount"]["value"])
        for line in standin.account.transactions
        if line["transaction_event_code"] == code
    ]


async def test_a_part_goes_back_once_and_never_more_than_was_taken(paypal: Pair) -> None:
    adapter, standin = paypal
    charge_id = await taken(adapter)
    part = refunding(charge_id, 3_000)
    first = await adapter.refund(part)
    assert isinstance(first, Refunded)
    assert first.amount == Money(3_000, "EUR")
    assert await adapter.refund(part) == first
    assert await adapter.find_refund(asked(part.key, first.provider_id)) == first
    assert await adapter.refund(refunding(charge_id, 7_001)) == Declined(code="NOT_REFUNDABLE")
    assert moved(standin, "T1107") == [(str(part.key), "-30.00")]
    found = await adapter.find(asked(new_id(), charge_id))
    assert isinstance(found, Charged)


async def test_a_refund_of_an_unknown_charge_is_declined(paypal: Pair) -> None:
    adapter, _ = paypal
    assert await adapter.refund(refunding("CP000000000000000", 100)) == Declined(code="NOT_REFUNDABLE")


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_refund_without_an_answer_is_found_by_its_key(paypal: Pair, fault: Fault) -> None:
    adapter, standin = paypal
    part = refunding(await taken(adapter), 3_000)
    standin.faults.script(fault, path="/refund")
    assert isinstance(await adapter.refund(part), NoAnswer)
    found = await adapter.find_refund(asked(part.key, sent_at=now() - timedelta(hours=1)))
    is_done = fault in (Fault.NO_ANSWER_AFTER, Fault.ERROR_AFTER, Fault.BROKEN_BODY)
    assert isinstance(found, Refunded if is_done else NotFound)


async def test_a_refund_without_an_answer_is_seen_at_its_order_before_the_search_has_it(paypal_stage: Stage) -> None:
    async with paypal_stage.paypal(search_delay=timedelta(hours=3)) as (adapter, standin):
        charge_id = await taken(adapter)
        part = refunding(charge_id, 3_000)
        standin.faults.script(Fault.ERROR_AFTER, path="/refund")
        assert isinstance(await adapter.refund(part), NoAnswer)
        assert isinstance(await adapter.find_refund(asked(part.key, charge_id=charge_id)), Refunded)
        behind = NoAnswer(reason="PayPal's search has not come so far yet")
        assert await adapter.find_refund(asked(new_id(), charge_id=charge_id)) == behind


async def test_a_payout_is_taken_on_and_then_paid(paypal: Pair) -> None:
    adapter, standin = paypal
    payout = paying("grace@payee.example")
    taken_on = await adapter.pay_out(payout)
    assert isinstance(taken_on, UnderWay)
    item = standin.account.payouts[taken_on.provider_id.removeprefix("payouts/")]["items"][0]
    paid = PaidOut(provider_id=item["transaction_id"], amount=payout.amount)
    assert await adapter.find_payout(asked(payout.key, taken_on.provider_id)) == paid
    assert await adapter.find_payout(asked(payout.key)) == paid
    assert await adapter.find_payout(asked(payout.key, told_as=taken_on.provider_id)) == paid
    assert item["payout_item"]["recipient_type"] == "EMAIL"


async def test_a_second_batch_with_our_key_is_refused_and_the_first_one_is_told_of(paypal: Pair) -> None:
    adapter, standin = paypal
    payout = paying("grace@payee.example")
    await adapter.pay_out(payout)
    standin.forget_request_ids()
    assert isinstance(await adapter.pay_out(payout), PaidOut)
    assert moved(standin, "T0001") == [(str(payout.key), "-50.00")]


@pytest.mark.parametrize(
    ("receiver", "finding"),
    [
        ("late", UnderWay),
        ("held", UnderWay),
        ("unclaimed", UnderWay),
        ("blocked", Declined(code="FRAUD_SUSPECTED", provider_id="payouts/BT00000000001")),
        ("closed", Declined(code="ACCOUNT_CLOSED", provider_id="payouts/BT00000000001")),
    ],
)
async def test_what_becomes_of_a_payout_is_told_in_our_words(paypal: Pair, receiver: str, finding: object) -> None:
    adapter, _ = paypal
    payout = paying(f"{receiver}@payee.example")
    taken_on = await adapter.pay_out(payout)
    assert isinstance(taken_on, UnderWay)
    found = await adapter.find_payout(asked(payout.key, taken_on.provider_id))
    assert found == (UnderWay(provider_id=taken_on.provider_id) if finding is UnderWay else finding)


async def test_a_payout_that_nobody_claims_comes_back(paypal: Pair) -> None:
    adapter, standin = paypal
    payout = paying("unclaimed@payee.example")
    taken_on = await adapter.pay_out(payout)
    assert isinstance(taken_on, UnderWay)
    standin.move_payout(taken_on.provider_id.removeprefix("payouts/"), "RETURNED")
    assert await adapter.find_payout(asked(payout.key, taken_on.provider_id)) == CameBack(code="ACCOUNT_CLOSED")
    assert await adapter.find_payout(asked(payout.key)) == CameBack(code="PROVIDER_REFUSED")
    assert moved(standin, "T1114") == [(str(payout.key), "50.00")]


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_payout_without_an_answer_is_found_by_its_key(paypal: Pair, fault: Fault) -> None:
    adapter, standin = paypal
    payout = paying("grace@payee.example")
    standin.faults.script(fault, path="/payouts")
    assert isinstance(await adapter.pay_out(payout), NoAnswer)
    found = await adapter.find_payout(asked(payout.key, sent_at=now() - timedelta(hours=1)))
    is_paid = fault in (Fault.NO_ANSWER_AFTER, Fault.ERROR_AFTER, Fault.BROKEN_BODY)
    assert isinstance(found, PaidOut if is_paid else NotFound)
    assert len(moved(standin, "T0001")) == int(is_paid)


async def test_an_amount_that_paypal_cannot_move_is_never_sent(paypal: Pair) -> None:
    adapter, standin = paypal
    odd = Money(150_050, "HUF")
    assert await adapter.pay_out(paying("grace@payee.example", odd)) == Declined(code="AMOUNT_NOT_SUPPORTED")
    assert await adapter.refund(refunding("CP1", 150_050, currency="HUF")) == Declined(code="AMOUNT_NOT_SUPPORTED")
    assert standin.account.transactions == []


async def test_what_never_left_is_declined(paypal: Pair) -> None:
    _, standin = paypal
    away = PayPal(opened(standin, address="http://127.0.0.1:9"))
    assert await away.pay_out(paying("grace@payee.example")) == Declined(code="PROVIDER_UNAVAILABLE")
    assert await away.refund(refunding("CP1", 100)) == Declined(code="PROVIDER_UNAVAILABLE")
    await away.close()
