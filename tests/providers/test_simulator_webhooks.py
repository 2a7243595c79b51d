"""The simulator's webhooks: late, twice, out of order, lost, forged; and what of them is believed."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.payment_methods import Provider
from integrations.provider_events import NotGenuine, SubjectKind, Unreadable
from integrations.simulator.signatures import HEADER, signature, told
from jobs.inbound_webhooks import Outcome, receive
from tests.providers.simulated import NOON, desk, key, name
from tests.world import World

SECRETS = ("new", "old")
BODY = (
    b'{"id":"sim_evt_1","type":"charge.succeeded","occurredAt":"2026-03-01T12:00:00+00:00","kind":"CHARGE",'
    b'"key":"00000000-0000-0000-0000-000000000001","subject":"sim_1"}'
)


def signed(secret: str, body: bytes = BODY, at: datetime = NOON) -> dict[str, str]:
    return {HEADER: signature(secret, body, at)}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_webhook_says_what_to_look_at(secret: str) -> None:
    said = told(SECRETS, signed(secret), BODY, NOON + timedelta(seconds=300))
    assert (said.external_id, said.type, said.account) == ("sim_evt_1", "charge.succeeded", "")
    assert (said.kind, said.key, said.provider_id, said.occurred_at) == (SubjectKind.CHARGE, key(1), "sim_1", NOON)


@pytest.mark.parametrize(
    ("headers", "body", "real"),
    [
        ({}, BODY, NOON),
        ({HEADER: "t=1,v1=2"}, BODY, NOON),
        (signed("another"), BODY, NOON),
        (signed(""), BODY, NOON),
        (signed("new"), BODY + b" ", NOON),
        (signed("new"), BODY, NOON + timedelta(seconds=301)),
        (signed("new"), BODY, NOON - timedelta(seconds=301)),
    ],
)
def test_what_is_not_signed_or_old_or_changed_is_not_believed(
    headers: dict[str, str], body: bytes, real: datetime
) -> None:
    with pytest.raises(NotGenuine):
        told((*SECRETS, ""), headers, body, real)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", BODY.replace(b"CHARGE", b"NOBODY")])
def test_what_is_signed_and_makes_no_sense_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        told(SECRETS, signed("new", body), body, NOON)


@pytest.mark.parametrize(
    ("token", "at_once", "an_hour_later"),
    [
        ("sim_webhook_twice", ["charge.succeeded"] * 2, []),
        ("sim_webhook_late", [], ["charge.succeeded"]),
        ("sim_webhook_lost", [], []),
        ("sim_ok", ["charge.succeeded"], []),
        ("sim_decline", ["charge.failed"], []),
        ("sim_action", ["charge.action_required"], []),
        ("sim_async_success", ["charge.under_way"], ["charge.succeeded"]),
        ("sim_async_failure", ["charge.under_way"], ["charge.failed"]),
    ],
)
async def test_cards_are_told_of(world: World, token: str, at_once: list[str], an_hour_later: list[str]) -> None:
    one = desk(world)
    await one.charge(1, token)
    assert await one.told() == at_once
    one.wait(hours=1)
    assert await one.told() == an_hour_later


async def test_webhooks_are_late_overtaken_lost_doubled_and_forged_as_the_settings_say(
    world: World,
) -> None:
    one = desk(world)
    await one.configure(duplicate_bps=10_000, forge_bps=10_000, reorder_bps=10_000, drop_bps=10_000)
    await one.charge(1)
    assert [webhook.is_forged for webhook in await one.webhooks()] == [True]
    one.wait(hours=1)
    assert await one.webhooks() == []
    one.wait(minutes=1)
    assert [webhook.is_forged for webhook in await one.webhooks()] == [False, False]
    await one.configure(delay_seconds=60)
    for number in range(2, 12):
        await one.charge(number)
    early = await one.told()
    one.wait(seconds=60)
    assert (len(early) + len(await one.told()), len(early) < 10) == (10, True)


async def test_a_webhook_that_is_not_received_is_sent_again_ten_times(world: World) -> None:
    one = desk(world)
    await one.charge(1)
    attempts = []
    for _ in range(20):
        attempts += [webhook.attempt for webhook in await one.webhooks(status=503)]
        one.wait(hours=2)
    assert attempts == list(range(1, 11))


async def test_forged_webhooks_are_turned_away_at_the_door_and_genuine_ones_taken_once(world: World) -> None:
    one, real = desk(world), datetime.now(UTC)
    await one.configure(duplicate_bps=10_000, forge_bps=10_000)
    await one.charge(1)
    [secret] = one.simulator._opened.webhook_secrets
    answers = []
    for webhook in await one.webhooks():
        headers = webhook.headers(secret, real)
        came = await receive(world.database, Provider.SIMULATOR, headers, webhook.body, real)
        answers.append((came.outcome, came.count))
    assert answers == [(Outcome.NOT_GENUINE, 0), (Outcome.ACCEPTED, 1), (Outcome.ACCEPTED, 0)]


async def test_a_lost_webhook_is_made_up_by_asking(world: World) -> None:
    one = desk(world)
    await one.charge(1, "sim_webhook_lost")
    one.wait(days=1)
    assert await one.told() == []
    found = await one.find(1)
    assert found.provider_id == name(1)
    assert await one.kept() == 10_000
