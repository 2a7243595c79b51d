"""Charges through PayPal: taken at once, after the payer's approval, or in two steps; and never twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.payments import (
    ActionRequired,
    Authorized,
    Charged,
    Declined,
    NoAnswer,
    NotFound,
    UnderWay,
    Voided,
)
from integrations.paypal_payments import PayPal
from standins.faults import Fault
from standins.paypal.server import PayPalStandIn
from tests.providers.paypal import RETURN, Stage, asked, capturing, charge, now, opened, voiding

Pair = tuple[PayPal, PayPalStandIn]
FEE = Money(320, "EUR")


@pytest.fixture
async def paypal(paypal_stage: Stage) -> AsyncIterator[Pair]:
    async with paypal_stage.paypal() as pair:
        yield pair


def charged(standin: PayPalStandIn) -> list[str]:
    """The keys of what was really taken."""
    lines = standin.account.transactions
    return [line["custom_field"] for line in lines if line["transaction_event_code"] == "T0006"]


async def test_a_saved_wallet_is_charged_at_once_and_the_fee_is_known(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge()
    answer = await adapter.charge(asked_for)
    capture_id = next(iter(standin.account.captures))
    assert answer == Charged(provider_id=capture_id, amount=Money(10_000, "EUR"), fee=FEE)
    assert charged(standin) == [str(asked_for.key)]


async def test_a_saved_card_is_charged_as_a_card(paypal: Pair) -> None:
    adapter, _ = paypal
    assert isinstance(await adapter.charge(charge("card/card-taken")), Charged)


async def test_the_same_key_charges_once_however_often_it_is_sent(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge()
    answers = await asyncio.gather(*(adapter.charge(asked_for) for _ in range(5)))
    assert len(set(answers)) == 1
    assert charged(standin) == [str(asked_for.key)]


async def test_a_key_that_paypal_has_forgotten_is_guarded_by_its_invoice_id(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge()
    await adapter.charge(asked_for)
    standin.forget_request_ids()
    assert await adapter.charge(asked_for) == NoAnswer(reason="PayPal has taken an order with this key before")
    assert charged(standin) == [str(asked_for.key)]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("wallet-declined", "CARD_DECLINED"),
        ("wallet-unheard-of", "METHOD_UNUSABLE"),
        ("wallet-action", "AUTHENTICATION_REQUIRED"),
    ],
)
async def test_a_refusal_has_one_of_our_codes(paypal: Pair, token: str, code: str) -> None:
    adapter, standin = paypal
    answer = await adapter.charge(charge(token, is_off_session=True))
    assert isinstance(answer, Declined)
    assert answer.code == code
    assert charged(standin) == []


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        (Money(1, "EUR"), "0.01"),
        (Money(123_456, "USD"), "1234.56"),
        (Money(1_000, "JPY"), "1000"),
        (Money(150_000, "HUF"), "1500"),
        (Money(2_500_00, "TWD"), "2500"),
    ],
)
async def test_amounts_are_written_as_paypal_wants_them(paypal: Pair, amount: Money, value: str) -> None:
    adapter, standin = paypal
    answer = await adapter.charge(charge(amount=amount))
    assert isinstance(answer, Charged)
    assert answer.amount == amount
    assert next(iter(standin.account.captures.values()))["amount"]["value"] == value


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (Money(150_050, "HUF"), "AMOUNT_NOT_SUPPORTED"),
        (Money(99, "TWD"), "AMOUNT_NOT_SUPPORTED"),
        (Money(0, "EUR"), "AMOUNT_NOT_SUPPORTED"),
        (Money(1_000, "KWD"), "CURRENCY_NOT_SUPPORTED"),
    ],
)
async def test_an_amount_that_paypal_cannot_move_is_never_sent(paypal: Pair, amount: Money, code: str) -> None:
    adapter, standin = paypal
    assert await adapter.charge(charge(amount=amount)) == Declined(code=code)
    assert standin.account.orders == {}


async def test_without_a_method_the_payer_approves_on_paypals_page_and_it_is_taken_when_it_is_found(
    paypal: Pair,
) -> None:
    adapter, standin = paypal
    asked_for = charge(None)
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    assert await adapter.find(asked(asked_for.key, answer.provider_id)) == answer
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        page = await browser.get(answer.url)
        assert "100.00 EUR" in page.text
        back = await browser.post(answer.url, data={"choice": "approve"})
    assert (back.status_code, back.headers["location"]) == (303, RETURN)
    found = await asyncio.gather(*(adapter.find(asked(asked_for.key, answer.provider_id)) for _ in range(3)))
    assert {type(one) for one in found} == {Charged}
    assert charged(standin) == [str(asked_for.key)]


async def test_an_order_whose_bank_declines_is_closed_so_that_it_is_never_taken_later(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge(None)
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    order_id = answer.provider_id.removeprefix("orders/")
    standin.approve(order_id, declines=True)
    found = await adapter.find(asked(asked_for.key, answer.provider_id))
    assert found == Declined(code="CARD_DECLINED", provider_id=answer.provider_id)
    standin.account.orders[order_id]["_declines"] = False
    assert await adapter.find(asked(asked_for.key, answer.provider_id)) == Voided(provider_id=answer.provider_id)
    assert charged(standin) == []


async def test_a_voided_order_is_not_taken_though_its_payer_approves_it_afterwards(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge(None)
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    voided = Voided(provider_id=answer.provider_id)
    assert await adapter.void(voiding(asked_for.key, answer.provider_id)) == voided
    standin.approve(answer.provider_id.removeprefix("orders/"))
    assert await adapter.find(asked(asked_for.key, answer.provider_id)) == voided
    assert charged(standin) == []


async def test_voiding_what_was_taken_tells_that_it_was(paypal: Pair) -> None:
    adapter, _ = paypal
    asked_for = charge()
    answer = await adapter.charge(asked_for)
    assert isinstance(answer, Charged)
    assert await adapter.void(voiding(asked_for.key, answer.provider_id)) == answer
    assert await adapter.void(voiding(asked_for.key, None)) == answer


async def test_a_reservation_is_captured_in_part_and_once(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge(is_manual=True)
    reserved = await adapter.charge(asked_for)
    assert isinstance(reserved, Authorized)
    assert charged(standin) == []
    part = capturing(asked_for, reserved.provider_id, Money(4_000, "EUR"))
    first, second = await adapter.capture(part), await adapter.capture(part)
    assert isinstance(first, Charged)
    assert (first.amount, first) == (Money(4_000, "EUR"), second)
    assert await adapter.find(asked(asked_for.key, reserved.provider_id)) == first
    assert await adapter.void(voiding(asked_for.key, reserved.provider_id)) == first
    assert charged(standin) == [str(asked_for.key)]


async def test_a_reservation_that_was_let_go_cannot_be_captured(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge(is_manual=True)
    reserved = await adapter.charge(asked_for)
    assert isinstance(reserved, Authorized)
    voided = Voided(provider_id=reserved.provider_id)
    assert await adapter.void(voiding(asked_for.key, reserved.provider_id)) == voided
    assert await adapter.void(voiding(asked_for.key, reserved.provider_id)) == voided
    assert await adapter.capture(capturing(asked_for, reserved.provider_id)) == voided
    assert charged(standin) == []


@pytest.mark.parametrize("is_denied", [False, True])
async def test_a_capture_under_review_ends_one_way_or_the_other(paypal: Pair, is_denied: bool) -> None:
    adapter, standin = paypal
    asked_for = charge("wallet-pending")
    under_way = await adapter.charge(asked_for)
    assert isinstance(under_way, UnderWay)
    assert await adapter.find(asked(asked_for.key, under_way.provider_id)) == under_way
    standin.settle(under_way.provider_id, is_denied=is_denied)
    found = await adapter.find(asked(asked_for.key, under_way.provider_id))
    denied = Declined(code="CARD_DECLINED", provider_id=under_way.provider_id)
    assert found == (
        denied if is_denied else Charged(provider_id=under_way.provider_id, amount=asked_for.amount, fee=FEE)
    )


@pytest.mark.parametrize("fault", list(Fault))
async def test_whatever_breaks_on_the_way_is_no_answer_and_the_key_finds_the_truth(
    paypal_stage: Stage, fault: Fault
) -> None:
    async with paypal_stage.paypal() as (adapter, standin):
        asked_for = charge()
        standin.faults.script(fault, path="/v2/checkout/orders")
        assert isinstance(await adapter.charge(asked_for), NoAnswer)
        found = await adapter.find(asked(asked_for.key, sent_at=now() - timedelta(hours=1)))
        is_taken = fault in (Fault.NO_ANSWER_AFTER, Fault.ERROR_AFTER, Fault.BROKEN_BODY)
        assert isinstance(found, Charged if is_taken else NotFound)
        assert charged(standin) == ([str(asked_for.key)] if is_taken else [])


async def test_a_reservation_without_an_answer_is_found_by_its_key(paypal: Pair) -> None:
    adapter, standin = paypal
    asked_for = charge(is_manual=True)
    standin.faults.script(Fault.ERROR_AFTER, path="/v2/checkout/orders")
    assert isinstance(await adapter.charge(asked_for), NoAnswer)
    found = await adapter.find(asked(asked_for.key))
    assert isinstance(found, Authorized)
    await adapter.capture(capturing(asked_for, found.provider_id))
    assert isinstance(await adapter.find(asked(asked_for.key)), Charged)


async def test_not_found_is_only_said_once_paypals_search_has_seen_the_time_of_the_charge(paypal_stage: Stage) -> None:
    async with paypal_stage.paypal(search_delay=timedelta(hours=3)) as (adapter, _):
        key = new_id()
        behind = NoAnswer(reason="PayPal's search has not come so far yet")
        assert await adapter.find(asked(key)) == behind
        assert await adapter.find(asked(key, sent_at=now())) == behind
        assert await adapter.find(asked(key, sent_at=now() - timedelta(hours=3))) == behind
        assert await adapter.find(asked(key, sent_at=now() - timedelta(hours=3, minutes=16))) == NotFound()


async def test_what_a_message_names_is_found_long_before_the_search_has_it(paypal_stage: Stage) -> None:
    async with paypal_stage.paypal(search_delay=timedelta(hours=3)) as (adapter, standin):
        asked_for = charge()
        standin.faults.script(Fault.NO_ANSWER_AFTER, path="/v2/checkout/orders")
        assert isinstance(await adapter.charge(asked_for), NoAnswer)
        assert isinstance(await adapter.find(asked(asked_for.key)), NoAnswer)
        capture_id = next(iter(standin.account.captures))
        found = await adapter.find(asked(asked_for.key, told_as=capture_id))
        assert found == Charged(provider_id=capture_id, amount=asked_for.amount, fee=FEE)


async def test_a_charge_that_never_left_is_declined(paypal: Pair) -> None:
    _, standin = paypal
    away = PayPal(opened(standin, address="http://127.0.0.1:9"))
    assert await away.charge(charge()) == Declined(code="PROVIDER_UNAVAILABLE")
    assert isinstance(await away.find(asked(new_id())), NoAnswer)
    await away.close()


async def test_wrong_credentials_move_nothing(paypal: Pair) -> None:
    _, standin = paypal
    stranger = PayPal(opened(standin, clientSecret="another"))
    assert await stranger.charge(charge()) == Declined(code="PROVIDER_UNAVAILABLE")
    await stranger.close()
    assert charged(standin) == []


async def test_one_token_serves_many_calls_and_a_new_one_is_fetched_when_it_is_no_longer_good(paypal: Pair) -> None:
    adapter, standin = paypal
    await asyncio.gather(*(adapter.charge(charge()) for _ in range(5)))
    assert standin.gate.issued == 1
    standin.gate.forget()
    assert isinstance(await adapter.charge(charge()), Charged)
    assert standin.gate.issued == 2
