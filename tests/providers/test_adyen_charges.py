"""Charges through Adyen: taken at once, after the payer's act, or in two steps; looked up by what Adyen has told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.adyen_payments import Adyen
from integrations.payments import (
    ActionRequired,
    Charged,
    Declined,
    NoAnswer,
    UnderWay,
    Voided,
)
from persistence.database import Database
from standins.adyen.contract import COUNTS
from standins.adyen.world import Card
from standins.faults import Fault
from tests.providers.adyen import RETURN, Scene, adyen_with, asked, charge, now, opened, press, voiding

EUR = Money(10_000, "EUR")
LOST = (Fault.NO_ANSWER_BEFORE, Fault.NO_ANSWER_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.BROKEN_BODY)


@pytest.fixture(scope="module")
async def scene(database: Database) -> AsyncIterator[Scene]:
    async with adyen_with(database) as scene:
        yield scene


def result_in(location: str) -> dict[str, str]:
    """What the payer's browser brings back."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def test_a_saved_card_is_charged_at_once(scene: Scene) -> None:
    asked_for = charge()
    answer = await scene.adyen.charge(asked_for)
    assert answer == Charged(provider_id=scene.standin.of(str(asked_for.key)).psp, amount=EUR)
    assert scene.standin.charged(str(asked_for.key)) == 10_000


async def test_the_same_key_charges_once_however_often_it_is_sent(scene: Scene) -> None:
    asked_for = charge()
    answers = await asyncio.gather(*(scene.adyen.charge(asked_for) for _ in range(3)))
    assert len({repr(answer) for answer in answers}) == 1
    assert scene.standin.charged(str(asked_for.key)) == 10_000


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (Card.REFUSED, "CARD_DECLINED"),
        (Card.INSUFFICIENT, "INSUFFICIENT_FUNDS"),
        (Card.EXPIRED, "EXPIRED_CARD"),
        (Card.FRAUD, "FRAUD_SUSPECTED"),
    ],
)
async def test_a_refusal_says_why_at_once_and_when_it_is_looked_up(scene: Scene, card: Card, code: str) -> None:
    asked_for = charge(card)
    answer = await scene.adyen.charge(asked_for)
    assert answer == Declined(code=code, provider_id=scene.standin.of(str(asked_for.key)).psp)
    await scene.tell()
    assert await scene.adyen.find(asked(asked_for.key)) == answer


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_is_no_answer_and_only_what_adyen_tells_says_more(scene: Scene, fault: Fault) -> None:
    asked_for = charge()
    scene.faults.script(fault, path="/payments")
    assert isinstance(await scene.adyen.charge(asked_for), NoAnswer)
    assert isinstance(await scene.adyen.find(asked(asked_for.key)), NoAnswer)
    await scene.tell()
    taken = scene.standin.charged(str(asked_for.key))
    found = await scene.adyen.find(asked(asked_for.key))
    if taken:
        assert found == Charged(provider_id=scene.standin.of(str(asked_for.key)).psp, amount=EUR)
    else:
        assert isinstance(found, NoAnswer)
    assert taken == (0 if fault.name.endswith("BEFORE") else 10_000)


async def test_asking_sends_adyen_nothing(scene: Scene) -> None:
    scene.faults.script(Fault.NO_ANSWER_BEFORE, path="/payments")
    asked_for = charge()
    await scene.adyen.charge(asked_for)
    requests = COUNTS.requests
    assert isinstance(await scene.adyen.find(asked(asked_for.key)), NoAnswer)
    assert COUNTS.requests == requests


async def test_a_company_that_cannot_be_reached_has_surely_done_nothing(database: Database, scene: Scene) -> None:
    nobody = Adyen(opened(scene.standin, database.url, address="http://127.0.0.1:9"))
    assert await nobody.charge(charge()) == Declined(code="PROVIDER_UNAVAILABLE")


async def test_a_card_that_adyen_does_not_know_is_refused_before_anything_moves(scene: Scene) -> None:
    unknown = replace(charge(), method_token="adyen_of_somebody_else")
    assert await scene.adyen.charge(unknown) == Declined(code="METHOD_UNUSABLE")


@pytest.mark.parametrize(
    ("amount", "value"),
    [(Money(1_000, "ISK"), 100_000), (Money(5, "CLP"), 500), (Money(25_000, "IDR"), 250), (Money(9, "JPY"), 9)],
)
async def test_amounts_have_adyens_decimals_there_and_ours_here(scene: Scene, amount: Money, value: int) -> None:
    asked_for = charge(amount=amount)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Charged)
    assert answer.amount == amount
    assert scene.standin.of(str(asked_for.key)).value == value


async def test_an_amount_finer_than_adyens_smallest_unit_is_not_sent(scene: Scene) -> None:
    asked_for = charge(amount=Money(25_001, "IDR"))
    assert await scene.adyen.charge(asked_for) == Declined(code="AMOUNT_NOT_SUPPORTED")


async def test_the_payer_proves_who_they_are_and_comes_back_with_the_result(scene: Scene) -> None:
    asked_for = charge(Card.ACTION)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    back = (await press(answer.url, answer="approve")).headers["location"]
    assert back.startswith(f"{RETURN}&redirectResult=")
    found = await scene.adyen.find(asked(asked_for.key, answer.provider_id, result_in(back)))
    assert found == Charged(provider_id=scene.standin.of(str(asked_for.key)).psp, amount=EUR)
    assert await scene.adyen.find(asked(asked_for.key, answer.provider_id, result_in(back))) == found


async def test_a_payer_who_says_no_to_the_bank_has_not_paid(scene: Scene) -> None:
    asked_for = charge(Card.ACTION)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    back = (await press(answer.url, answer="deny")).headers["location"]
    found = await scene.adyen.find(asked(asked_for.key, answer.provider_id, result_in(back)))
    assert isinstance(found, Declined)
    assert found.code == "AUTHENTICATION_FAILED"


async def test_the_result_of_another_payment_says_nothing_of_this_one(scene: Scene) -> None:
    other = await scene.adyen.charge(charge(Card.ACTION))
    asked_for = charge(Card.ACTION)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    assert isinstance(other, ActionRequired)
    back = (await press(other.url, answer="approve")).headers["location"]
    found = await scene.adyen.find(asked(asked_for.key, answer.provider_id, result_in(back)))
    assert found == NoAnswer(reason="the result that came back is that of another payment")


@pytest.mark.parametrize("fault", [None, Fault.NO_ANSWER_BEFORE, Fault.NO_ANSWER_AFTER])
async def test_a_result_that_is_wrong_or_gets_lost_ends_nothing(scene: Scene, fault: Fault | None) -> None:
    asked_for = charge(Card.ACTION)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    back = (await press(answer.url, answer="approve")).headers["location"]
    first = result_in(back) if fault else {"redirectResult": "made up"}
    scene.faults.script(*([fault] if fault else []), path="/details")
    assert isinstance(await scene.adyen.find(asked(asked_for.key, answer.provider_id, first)), NoAnswer)
    found = await scene.adyen.find(asked(asked_for.key, answer.provider_id, result_in(back)))
    assert isinstance(found, Charged)
    assert scene.standin.charged(str(asked_for.key)) == 10_000


async def test_what_is_given_up_is_not_paid_by_a_payer_who_comes_back_late(scene: Scene) -> None:
    asked_for = charge(Card.ACTION)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    back = (await press(answer.url, answer="approve")).headers["location"]
    assert isinstance(await scene.adyen.void(voiding(asked_for.key, answer.provider_id)), NoAnswer)
    await scene.tell()
    assert await scene.adyen.void(voiding(asked_for.key, answer.provider_id)) == Voided(provider_id=None)
    late = asked(asked_for.key, answer.provider_id, result_in(back))
    assert await scene.adyen.find(late) == Voided(provider_id=None)
    assert scene.standin.charged(str(asked_for.key)) == 0


async def test_nobody_is_asked_to_act_who_is_not_there(scene: Scene) -> None:
    answer = await scene.adyen.charge(charge(Card.ACTION, is_off_session=True))
    assert isinstance(answer, Declined)
    assert answer.code == "AUTHENTICATION_REQUIRED"


async def test_without_a_saved_card_the_payer_pays_on_adyens_page(scene: Scene) -> None:
    asked_for = charge(None)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    assert await scene.adyen.find(asked(asked_for.key, answer.provider_id)) == answer
    assert (await press(answer.url, card=Card.REFUSED.value)).status_code == 402
    await scene.tell()
    assert await scene.adyen.find(asked(asked_for.key, answer.provider_id)) == answer
    assert (await press(answer.url, card=Card.OK.value)).headers["location"] == RETURN
    assert await scene.adyen.find(asked(asked_for.key, answer.provider_id)) == UnderWay(provider_id=answer.provider_id)
    await scene.tell()
    found = await scene.adyen.find(asked(asked_for.key, answer.provider_id))
    assert isinstance(found, Charged)
    assert found.amount == EUR
    assert scene.standin.charged(f"{asked_for.key}-link") == 10_000


async def test_who_pays_on_the_page_may_save_the_card_under_their_organization(scene: Scene) -> None:
    payer = new_id()
    answer = await scene.adyen.charge(replace(charge(None), customer=None, payer_id=payer))
    assert isinstance(answer, ActionRequired)
    request = scene.standin.link(answer.provider_id).request
    assert (request["shopperReference"], request["storePaymentMethodMode"]) == (str(payer), "askForConsent")


async def test_a_page_that_was_paid_on_without_a_word_of_adyens_is_unknown_after_two_days(scene: Scene) -> None:
    asked_for = charge(None)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    await press(answer.url, card=Card.OK.value)
    late = replace(asked(asked_for.key, answer.provider_id), sent_at=now() - timedelta(hours=49))
    assert isinstance(await scene.adyen.find(late), NoAnswer)


async def test_a_page_that_is_closed_cannot_be_paid_on(scene: Scene) -> None:
    asked_for = charge(None)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    closed = Voided(provider_id=answer.provider_id)
    assert await scene.adyen.void(voiding(asked_for.key, answer.provider_id)) == closed
    assert await scene.adyen.void(voiding(asked_for.key, answer.provider_id)) == closed
    assert (await press(answer.url, card=Card.OK.value)).status_code == 402
    assert await scene.adyen.find(asked(asked_for.key, answer.provider_id)) == closed


async def test_a_page_that_was_paid_on_is_closed_too_late(scene: Scene) -> None:
    asked_for = charge(None)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    await press(answer.url, card=Card.OK.value)
    assert isinstance(await scene.adyen.void(voiding(asked_for.key, answer.provider_id)), NoAnswer)
    await scene.tell()
    assert isinstance(await scene.adyen.void(voiding(asked_for.key, answer.provider_id)), Charged)


async def test_what_a_bank_decides_later_is_told(scene: Scene) -> None:
    asked_for = charge(Card.PENDING)
    psp = (await scene.adyen.charge(asked_for), scene.standin.of(str(asked_for.key)).psp)
    assert psp[0] == UnderWay(provider_id=psp[1])
    assert await scene.adyen.find(asked(asked_for.key, psp[1])) == UnderWay(provider_id=psp[1])
    await scene.tell()
    assert await scene.adyen.find(asked(asked_for.key, psp[1])) == Charged(provider_id=psp[1], amount=EUR)
