"""The simulator's charges: what each card forces, at once and over time, and that no key is ever charged twice."""

import asyncio
from pathlib import Path
from textwrap import wrap

import pytest

from domain.ids import new_id
from integrations.payments import (
    ActionRequired,
    Adding,
    Authorized,
    Charged,
    Declined,
    NoAnswer,
    NotFound,
    UnderWay,
    Unusable,
    Voided,
)
from integrations.simulator.tokens import CARDS, PayoutToken
from tests.providers.simulated import NOON, desk, eur, name
from tests.world import World


def charged(number: int, amount_minor: int = 10_000, fee_minor: int = 0) -> Charged:
    return Charged(provider_id=name(number), amount=eur(amount_minor), fee=eur(fee_minor))


async def details(world: World, token: str) -> object:
    adding = Adding(organization_id=new_id(), token=token, customer=None, currency="EUR", at=NOON)
    return await desk(world).simulator.method_details(adding)


def test_the_page_for_integrators_lists_every_token_and_test_number() -> None:
    text = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
    assert [card.token for card in CARDS if f"`{card.token}`" not in text] == []
    assert [token.value for token in PayoutToken if f"`{token.value}`" not in text] == []
    numbers = {card.number: f"{card.token}` | {' '.join(wrap(card.number, 4))} |" for card in CARDS if card.number}
    assert [number for number, row in numbers.items() if row not in text] == []


def test_every_card_has_a_token_and_digits_of_its_own() -> None:
    assert len({card.token for card in CARDS}) == len({card.last4 for card in CARDS}) == len(CARDS)


@pytest.mark.parametrize(
    ("number", "token", "last4"),
    [
        ("4242 4242 4242 4242", "sim_ok", "4242"),
        ("4000000000000002", "sim_decline", "0002"),
        ("4000-0025-0000-3155", "sim_action", "3155"),
        ("4000000000009995", "sim_insufficient_funds", "9995"),
        ("4000 0000 0000 0259", "sim_chargeback", "0259"),
    ],
)
async def test_published_test_numbers_stand_for_tokens_and_are_not_kept(
    world: World, number: str, token: str, last4: str
) -> None:
    found = await details(world, number)
    assert (found.token, found.last4) == (token, last4)
    assert "".join(filter(str.isdigit, number)) not in repr(found)


@pytest.mark.parametrize("number", ["4111111111111111", "5500 0000 0000 0004", "378282246310005"])
async def test_any_other_number_of_a_card_is_refused_and_not_repeated(world: World, number: str) -> None:
    refused = await details(world, number)
    assert isinstance(refused, Unusable)
    assert refused.reason.startswith("Never send the number of a real card here")
    assert number not in refused.reason


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("sim_decline", "CARD_DECLINED"),
        ("sim_insufficient_funds", "INSUFFICIENT_FUNDS"),
        ("sim_expired", "EXPIRED_CARD"),
        ("sim_fraud", "FRAUD_SUSPECTED"),
        ("sim_no_such_card", "METHOD_UNUSABLE"),
    ],
)
async def test_declines_say_why(world: World, token: str, code: str) -> None:
    answer = await desk(world).charge(1, token)
    assert isinstance(answer, Declined)
    assert answer.code == code


async def test_a_key_is_charged_once_however_many_ask_at_once(world: World) -> None:
    one = desk(world)
    answers = await asyncio.gather(*(one.charge(1, amount_minor=10_000 + extra) for extra in range(10)))
    assert len(set(answers)) == 1
    assert await one.kept() == answers[0].amount.amount_minor


async def test_timeouts_charge_or_do_not_and_the_answer_is_found_later(world: World) -> None:
    one = desk(world)
    timeout = NoAnswer(reason="timeout")
    assert (await one.charge(1, "sim_timeout_charged"), await one.find(1)) == (timeout, charged(1))
    assert (await one.charge(2, "sim_timeout_not_charged"), await one.find(2)) == (timeout, NotFound())


async def test_a_payer_has_a_day_to_confirm(world: World) -> None:
    one = desk(world)
    asked = await one.charge(1, "sim_action")
    assert asked == ActionRequired(provider_id=name(1), url=f"http://127.0.0.1:8000/simulator/pay/{name(1)}")
    one.wait(hours=23)
    assert await one.find(1) == asked
    one.wait(hours=1)
    assert await one.find(1) == Voided(provider_id=name(1))


async def test_what_a_payer_would_have_to_confirm_is_declined_when_nobody_is_there(world: World) -> None:
    answer = await desk(world).charge(1, "sim_action", is_off_session=True)
    assert answer == Declined(code="AUTHENTICATION_REQUIRED", provider_id=name(1))


async def test_without_a_method_the_payer_chooses_on_the_page(world: World) -> None:
    assert isinstance(await desk(world).charge(1, None), ActionRequired)


async def test_a_slow_charge_arrives_and_one_that_looked_well_may_fail_after_all(world: World) -> None:
    one = desk(world)
    assert await one.charge(1, "sim_async_success") == UnderWay(provider_id=name(1))
    assert await one.charge(2, "sim_async_failure") == UnderWay(provider_id=name(2))
    one.wait(minutes=5)
    assert (await one.find(1), await one.find(2)) == (charged(1), UnderWay(provider_id=name(2)))
    one.wait(minutes=55)
    assert await one.find(2) == Declined(code="PROVIDER_REFUSED", provider_id=name(2))
    assert await one.kept() == 10_000


async def test_reserved_money_is_taken_in_part_once_and_the_rest_is_released(world: World) -> None:
    one = desk(world)
    assert await one.charge(1, is_manual=True) == Authorized(provider_id=name(1), amount=eur(10_000))
    assert await one.kept() == 0
    assert await one.capture(1, 10_001) == Declined(code="AMOUNT_NOT_SUPPORTED", provider_id=name(1))
    assert await one.capture(1, 4_000) == charged(1, 4_000)
    assert await one.capture(1, 6_000) == charged(1, 4_000)
    assert await one.void(1) == charged(1, 4_000)
    assert await one.kept() == 4_000


@pytest.mark.parametrize(("token", "days"), [("sim_expires", 7), ("sim_ok", 30)])
async def test_reserved_money_that_nobody_takes_lapses(world: World, token: str, days: int) -> None:
    one = desk(world)
    await one.charge(1, token, is_manual=True)
    one.wait(days=days, seconds=-1)
    assert isinstance(await one.find(1), Authorized)
    one.wait(seconds=1)
    assert await one.capture(1) == Voided(provider_id=name(1))


async def test_what_was_voided_is_never_charged_even_if_it_arrives_later(world: World) -> None:
    one = desk(world)
    assert await one.void(1) == Voided(provider_id=None)
    assert await one.charge(1) == Declined(code="CANCELED", provider_id=name(1))
    await one.charge(2, "sim_action")
    assert await one.void(2) == Voided(provider_id=name(2))
    await one.charge(3, "sim_async_success")
    assert isinstance(await one.void(3), NoAnswer)
    assert await one.kept() == 0


async def test_fees_are_kept_of_what_is_taken(world: World) -> None:
    one = desk(world)
    assert await one.charge(1, "sim_fee") == charged(1, fee_minor=320)
    await one.configure(fee_bps=100, fee_flat_minor=25)
    assert await one.charge(2) == charged(2, fee_minor=125)
    assert await one.charge(3, amount_minor=20) == charged(3, 20, 20)
    assert await one.kept() == 20_020 - 320 - 125 - 20
