"""Handling what providers have told: the named object is asked for, once or again, and nothing is believed."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from domain.ids import new_id
from domain.inbound_webhooks import WAITS, SubjectKind
from domain.money import Money
from domain.money_exceptions import MoneyExceptionKind
from domain.permissions import StaffRole
from integrations.chargebacks import ReportedChargeback, ReportedState
from jobs.payments import ask_unanswered, send_created
from jobs.webhook_handling import forget_old, handle_due
from persistence.tables.money import payment_attempts
from persistence.tables.webhooks import inbound_webhook_bodies, webhook_subjects
from schema.ids import global_id
from tests.makers.handling import INSTANT, actions, exceptions, handle, lost_answer, standing, the_one
from tests.makers.payments import charged, make_claim, postings
from tests.makers.providers import Moody, Stand, put_in_place, simulator
from tests.makers.traces import events
from tests.makers.webhooks import Message, listen, tell, told, webhooks
from tests.world import World


async def test_what_is_told_is_asked_for_and_followed_once_however_often_it_is_told(world: World) -> None:
    claim, message = await lost_answer(world)
    again = [Message(key=message.key, type="charge.updated") for _ in range(3)]
    await told(world, message, *again)
    assert sum(await asyncio.gather(*(handle(world) for _ in range(3)))) == 4
    assert await standing(world) == ["PROCESSED"] * 4
    assert sorted(await actions(world)) == sorted(["receiveWebhook", "leaseWebhook", "applyWebhook"] * 4)
    assert await claim.payments() == ["SUCCEEDED"]
    assert (await charged(world), await postings(world)) == (100_000, ["P1", "P3"])


async def test_the_same_message_100_times_at_once_has_one_effect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, message = await lost_answer(world)
    listen(monkeypatch)
    answers = await asyncio.gather(*(tell(world, message) for _ in range(100)))
    assert [one.status_code for one in answers] == [202] * 100
    assert sum(await asyncio.gather(*(handle(world) for _ in range(5)))) == 1
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])
    assert (await charged(world), await postings(world)) == (100_000, ["P1", "P3"])


async def test_what_a_message_says_is_not_believed(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_not_charged")
    await claim.pay()
    await send_created(world.database, world.clock.now())
    async with world.database.reader() as session:
        [attempt] = await session.scalars(select(payment_attempts.c.id))
    await told(world, Message(key=attempt, type="charge.succeeded"))
    await handle(world)
    assert (await standing(world), await postings(world)) == (["PROCESSED"], ["P1"])
    assert (await claim.payments())[0] != "SUCCEEDED"


async def test_an_object_that_is_about_to_be_known_is_looked_for_again(world: World) -> None:
    claim, message = await lost_answer(world)
    assert message.key is not None
    await told(world, Message(provider_id=f"sim_{message.key.hex}"))
    await handle(world)
    webhook = await the_one(world)
    assert (webhook.status.name, webhook.error) == ("FAILED", "Nobody here knows this charge.")
    assert webhook.next_attempt_at == webhook.updated_at + WAITS[0]
    world.clock.advance(timedelta(minutes=5))
    await ask_unanswered(world.database, world.clock.now())
    await handle(world)
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])
    assert await exceptions(world) == []


async def test_money_that_belongs_to_nobody_is_parked_with_one_exception_for_all_its_messages(world: World) -> None:
    await told(world, *(Message(provider_id="ch_of_somebody", type=type_) for type_ in ("created", "succeeded")))
    for minutes in (0, 1, 2, 5):
        assert await standing(world) != ["PARKED"] * 2
        await handle(world, minutes=minutes)
    assert await standing(world) == ["PARKED"] * 2
    [exception] = await exceptions(world)
    assert (exception.kind, exception.subject_type, exception.subject_key, exception.expected) == (
        MoneyExceptionKind.UNMATCHED_EVENT,
        "charge at the provider",
        "ch_of_somebody",
        "a charge of Milepost",
    )
    assert {one.exception_id for one in await webhooks(world)} == {exception.id}
    recorded = await events(world, "webhook", "money_exception")
    assert sorted(recorded) == ["money_exception.opened", "webhook.parked", "webhook.parked"]
    assert await handle(world, days=10) == 0


@pytest.mark.parametrize(
    "message", [Message(provider_id="ch_1", odd_key="order 7"), Message(odd_key="order 7"), Message()]
)
async def test_money_without_a_key_of_ours_is_parked_as_bad_metadata(world: World, message: Message) -> None:
    await told(world, message)
    for _ in range(4):
        await handle(world, minutes=10)
    assert await standing(world) == ["PARKED"]
    assert [one.kind for one in await exceptions(world)] == [MoneyExceptionKind.BAD_METADATA]


@pytest.mark.parametrize("kind", [SubjectKind.METHOD, SubjectKind.PAYEE])
async def test_what_concerns_no_money_and_nobody_here_is_only_noted(world: World, kind: SubjectKind) -> None:
    await told(world, Message(kind=kind, provider_id="x_1"))
    for _ in range(4):
        await handle(world, minutes=10)
    assert (await standing(world), await exceptions(world)) == (["PROCESSED_WITH_ERROR"], [])


async def test_types_without_an_effect_are_ignored_and_nobody_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(world, Message(kind=SubjectKind.NOTHING, provider_id="x_1", type="customer.created"))
    put_in_place(monkeypatch, Moody(simulator(world), "silent"))
    await handle(world)
    webhook = await the_one(world)
    assert (webhook.status.name, webhook.result) == ("IGNORED", "This type has no effect here.")


async def test_what_is_older_than_what_was_followed_is_ignored_and_nobody_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message = await lost_answer(world)
    older = Message(key=message.key, occurred_at=message.occurred_at - timedelta(seconds=1))
    await told(world, message)
    await handle(world)
    await told(world, older)
    put_in_place(monkeypatch, Moody(simulator(world), "silent"))
    await handle(world)
    assert await standing(world) == ["PROCESSED", "IGNORED"]


async def test_a_provider_that_is_away_is_asked_eight_times_and_then_people_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, message = await lost_answer(world)
    await told(world, message)
    stand = Moody(simulator(world), "silent")
    put_in_place(monkeypatch, stand)
    at = world.clock.now()
    for attempt, wait in enumerate(WAITS, 1):
        assert await handle_due(world.database, at) == 1
        webhook = await the_one(world)
        assert (webhook.status.name, webhook.attempts, webhook.next_attempt_at) == ("FAILED", attempt, at + wait)
        at += wait
        assert await handle_due(world.database, at - INSTANT) == 0
    await handle_due(world.database, at)
    webhook = await the_one(world)
    assert (webhook.status.name, webhook.attempts, webhook.next_attempt_at) == ("DEAD_LETTER", 8, None)
    assert str(webhook.error).startswith("PROVIDER_UNAVAILABLE: No answer came from ")
    [exception] = await exceptions(world)
    assert (exception.kind, exception.id) == (MoneyExceptionKind.UNMATCHED_EVENT, webhook.exception_id)
    stand.mood = "well"
    staff = await world.staff(StaffRole.FINANCE)
    await staff.do(
        "replayInboundWebhook",
        "webhook { id }",
        webhookId=global_id("InboundWebhook", webhook.id),
        reason="The provider is back.",
    )
    await handle(world)
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])
    assert [one.status.name for one in await exceptions(world)] == ["OPEN"]


async def test_after_90_days_they_are_forgotten_unless_somebody_still_has_to_look(world: World) -> None:
    _, message = await lost_answer(world)
    await told(world, message, Message(provider_id="ch_of_somebody"))
    for _ in range(4):
        await handle(world, minutes=10)
    assert await standing(world) == ["PROCESSED", "PARKED"]
    world.clock.advance(timedelta(days=89, hours=23))
    assert await forget_old(world.database, world.clock.now()) == 0
    world.clock.advance(timedelta(hours=2))
    assert await forget_old(world.database, world.clock.now()) == 1
    assert await standing(world) == ["PARKED"]
    staff, [exception] = await world.staff(StaffRole.FINANCE), await exceptions(world)
    id_ = global_id("MoneyException", exception.id)
    await staff.do("waiveMoneyException", "exception { id }", exceptionId=id_, reason="It was somebody else's.")
    assert await forget_old(world.database, world.clock.now()) == 1
    async with world.database.reader() as session:
        for table in (inbound_webhook_bodies, webhook_subjects):
            assert (await session.execute(select(table))).all() == []


async def test_a_chargeback_of_a_charge_that_nobody_knows_is_parked_with_the_exception_that_tells_of_its_money(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch, KnowsADispute(simulator(world)))
    await told(world, Message(kind=SubjectKind.CHARGEBACK, provider_id="dp_1"))
    for _ in range(4):
        await handle(world, minutes=10)
    assert await standing(world) == ["PARKED"]
    [exception] = await exceptions(world)
    assert (exception.subject_type, exception.subject_key) == ("chargeback at the provider", "dp_1")
    assert exception.actual.startswith("10.00 EUR of charge ")


class KnowsADispute(Stand):
    """A bank takes back what nobody here has ever charged."""

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback:
        return ReportedChargeback(
            external_id=external_id,
            charge_key=new_id(),
            amount=Money(1_000, "EUR"),
            reason="FRAUDULENT",
            evidence_due_at=at + timedelta(days=7),
            state=ReportedState.NEEDS_RESPONSE,
            changed_at=at,
        )
