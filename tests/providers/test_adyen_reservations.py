"""What is only reserved at Adyen: captured, wholly or in part, or given up; each is done once Adyen says so."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.adyen_payments import Adyen
from integrations.payments import Authorized, Capturing, Charged, Declined, NoAnswer, UnderWay, Voided
from persistence.database import Database
from standins.adyen.world import Card
from standins.faults import Fault
from tests.providers.adyen import Scene, adyen_with, asked, charge, now, opened, voiding

EUR = Money(10_000, "EUR")


@pytest.fixture(scope="module")
async def scene(database: Database) -> AsyncIterator[Scene]:
    async with adyen_with(database) as scene:
        yield scene


async def test_what_is_reserved_is_captured_in_part_and_adyen_says_when_it_is_done(scene: Scene) -> None:
    asked_for = charge(is_manual=True)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Authorized)
    await scene.tell()
    assert await scene.adyen.find(asked(asked_for.key)) == answer
    part = Capturing(key=asked_for.key, charge_id=answer.provider_id, amount=Money(6_000, "EUR"), at=now())
    assert await scene.adyen.capture(part) == UnderWay(provider_id=answer.provider_id)
    assert await scene.adyen.capture(part) == UnderWay(provider_id=answer.provider_id)
    await scene.tell()
    taken = Charged(provider_id=answer.provider_id, amount=Money(6_000, "EUR"))
    assert await scene.adyen.find(asked(asked_for.key)) == taken
    assert await scene.adyen.capture(part) == taken


async def test_a_capture_that_does_not_get_through_is_not_refused(database: Database, scene: Scene) -> None:
    asked_for = charge(is_manual=True)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Authorized)
    whole = Capturing(key=asked_for.key, charge_id=answer.provider_id, amount=EUR, at=now())
    nobody = Adyen(opened(scene.standin, database.url, address="http://127.0.0.1:9"))
    stranger = Adyen(opened(scene.standin, database.url, apiKey="another"))
    assert isinstance(await nobody.capture(whole), NoAnswer)
    assert isinstance(await stranger.capture(whole), NoAnswer)
    unknown = replace(whole, key=new_id(), charge_id="0000000000000000")
    assert await scene.adyen.capture(unknown) == Declined(code="PROVIDER_REFUSED", provider_id="0000000000000000")


async def test_a_capture_that_adyen_refuses_has_taken_nothing(scene: Scene) -> None:
    asked_for = charge(is_manual=True)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Authorized)
    more = Capturing(key=asked_for.key, charge_id=answer.provider_id, amount=Money(10_001, "EUR"), at=now())
    assert await scene.adyen.capture(more) == UnderWay(provider_id=answer.provider_id)
    await scene.tell()
    assert await scene.adyen.capture(more) == Declined(code="PROVIDER_REFUSED", provider_id=answer.provider_id)
    assert scene.standin.charged(f"{asked_for.key}-manual") == 0


async def test_a_capture_that_fails_later_has_taken_nothing(scene: Scene) -> None:
    asked_for = charge(Card.CAPTURE_FAILS, is_manual=True)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Authorized)
    await scene.adyen.capture(Capturing(key=asked_for.key, charge_id=answer.provider_id, amount=EUR, at=now()))
    await scene.tell()
    found = await scene.adyen.find(asked(asked_for.key))
    assert found == Declined(code="PROVIDER_REFUSED", provider_id=answer.provider_id)


async def test_what_is_reserved_is_given_up_once_adyen_says_so(scene: Scene) -> None:
    asked_for = charge(is_manual=True)
    answer = await scene.adyen.charge(asked_for)
    assert isinstance(answer, Authorized)
    assert isinstance(await scene.adyen.void(voiding(asked_for.key, answer.provider_id)), NoAnswer)
    await scene.tell()
    assert await scene.adyen.void(voiding(asked_for.key, answer.provider_id)) == Voided(provider_id=answer.provider_id)


async def test_a_payment_of_which_only_our_key_is_known_is_given_up_by_it(scene: Scene) -> None:
    asked_for = charge(is_manual=True)
    scene.faults.script(Fault.NO_ANSWER_AFTER, path="/payments")
    await scene.adyen.charge(asked_for)
    assert isinstance(await scene.adyen.void(voiding(asked_for.key, None)), NoAnswer)
    await scene.tell()
    psp = scene.standin.of(f"{asked_for.key}-manual").psp
    assert await scene.adyen.void(voiding(asked_for.key, None)) == Voided(provider_id=psp)
