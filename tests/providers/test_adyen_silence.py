"""What is found out of a payment of which Adyen has told nothing for two days: its accounting reports are complete."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.ids import new_id
from domain.money import Money
from integrations.payments import ActionRequired, Authorized, Charged, Declined, Finding, NoAnswer, NotFound, Voided
from persistence.database import Database
from standins.adyen import changes
from standins.adyen.world import Card
from standins.faults import Fault
from tests.providers.adyen import Scene, adyen_with, asked, charge, press

SENT_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = SENT_AT

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Silence:
    """Adyen's webhooks do not come; time is what the clock says."""

    scene: Scene
    clock: Clock

    async def lost(
        self, card: Card = Card.OK, *, fault: Fault = Fault.NO_ANSWER_AFTER, is_manual: bool = False
    ) -> UUID:
        """The key of a charge that had no answer."""
        self.clock.at = SENT_AT
        asked_for = charge(card, is_manual=is_manual)
        self.scene.faults.script(fault, path="/payments")
        assert isinstance(await self.scene.adyen.charge(asked_for), NoAnswer)
        return asked_for.key

    async def found(self, key: UUID, after: timedelta, *, is_told: bool = True) -> Finding:
        """What Adyen's reports say some time later."""
        self.clock.at = SENT_AT + after
        question = asked(key, sent_at=SENT_AT if is_told else None, at=self.clock.at)
        return await self.scene.adyen.find(question)


@pytest.fixture(scope="module")
async def silence(database: Database) -> AsyncIterator[Silence]:
    clock = Clock()
    async with adyen_with(database, clock=clock) as scene:
        yield Silence(scene, clock)


async def test_what_arrived_is_found_after_two_days(silence: Silence) -> None:
    key = await silence.lost()
    assert isinstance(await silence.found(key, timedelta(hours=47)), NoAnswer)
    psp = silence.scene.standin.of(str(key)).psp
    assert await silence.found(key, timedelta(hours=49)) == Charged(provider_id=psp, amount=Money(10_000, "EUR"))


async def test_what_was_reserved_is_told_from_what_was_taken(silence: Silence) -> None:
    key = await silence.lost(is_manual=True)
    payment = silence.scene.standin.of(f"{key}-manual")
    reserved = Authorized(provider_id=payment.psp, amount=Money(10_000, "EUR"))
    assert await silence.found(key, timedelta(hours=49)) == reserved
    silence.clock.at = SENT_AT + timedelta(hours=1)
    changes.cancel(silence.scene.standin, payment.psp, {"merchantAccount": silence.scene.standin.merchant})
    assert await silence.found(key, timedelta(hours=49)) == Voided(provider_id=payment.psp)


async def test_what_was_refused_is_declined(silence: Silence) -> None:
    key = await silence.lost(Card.REFUSED)
    psp = silence.scene.standin.of(str(key)).psp
    assert await silence.found(key, timedelta(hours=49)) == Declined(code="PROVIDER_REFUSED", provider_id=psp)


async def test_what_adyen_never_received_is_not_found(silence: Silence) -> None:
    key = await silence.lost(fault=Fault.NO_ANSWER_BEFORE)
    assert isinstance(await silence.found(key, timedelta(hours=47)), NoAnswer)
    assert await silence.found(key, timedelta(hours=49)) == NotFound()


async def test_what_is_received_without_an_outcome_stays_unknown(silence: Silence) -> None:
    key = new_id()
    silence.clock.at = SENT_AT
    await silence.scene.adyen.charge(charge(Card.ACTION, key=key))
    assert isinstance(await silence.found(key, timedelta(hours=49)), NoAnswer)


async def test_a_page_is_paid_on_within_a_day_and_found_in_the_reports_of_that_time(silence: Silence) -> None:
    silence.clock.at = SENT_AT
    asked_for = charge(None)
    answer = await silence.scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    silence.clock.at = SENT_AT + timedelta(hours=23)
    await press(answer.url, card=Card.OK.value)
    at = SENT_AT + timedelta(hours=80)
    late = asked(asked_for.key, answer.provider_id, sent_at=SENT_AT, at=at)
    assert isinstance(await silence.scene.adyen.find(late), NoAnswer)
    silence.clock.at = at
    psp = silence.scene.standin.of(f"{asked_for.key}-link").psp
    assert await silence.scene.adyen.find(late) == Charged(provider_id=psp, amount=Money(10_000, "EUR"))


async def test_a_page_that_was_paid_on_with_the_second_card_is_paid(silence: Silence) -> None:
    silence.clock.at = SENT_AT
    asked_for = charge(None)
    answer = await silence.scene.adyen.charge(asked_for)
    assert isinstance(answer, ActionRequired)
    assert (await press(answer.url, card=Card.REFUSED.value)).status_code == 402
    await press(answer.url, card=Card.OK.value)
    silence.clock.at = SENT_AT + timedelta(hours=80)
    late = asked(asked_for.key, answer.provider_id, sent_at=SENT_AT, at=silence.clock.at)
    found = await silence.scene.adyen.find(late)
    assert isinstance(found, Charged)
    assert found.amount == Money(10_000, "EUR")


async def test_nothing_is_concluded_before_every_report_is_there(silence: Silence) -> None:
    key = await silence.lost(fault=Fault.NO_ANSWER_BEFORE)
    silence.clock.at = SENT_AT + timedelta(hours=20)
    early = asked(key, sent_at=SENT_AT, at=SENT_AT + timedelta(hours=49))
    assert isinstance(await silence.scene.adyen.find(early), NoAnswer)


async def test_without_knowing_when_it_was_sent_no_report_proves_anything(silence: Silence) -> None:
    key = await silence.lost(fault=Fault.NO_ANSWER_BEFORE)
    assert isinstance(await silence.found(key, timedelta(days=9), is_told=False), NoAnswer)
