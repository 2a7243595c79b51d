"""POST /webhooks/{provider}: what is accepted, once, and what is refused before anything is written."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from structlog.testing import capture_logs

from domain.inbound_webhooks import InboundWebhookStatus, SubjectKind
from domain.payment_methods import Provider
from domain.rate_limits import Allowance
from persistence.database import Database
from server import webhooks as served
from server.app import create_app
from server.clock import Clock
from tests.makers.traces import nothing_changes
from tests.makers.webhooks import Message, body_of, headers_for, listen, make_account, tell, webhooks
from tests.world import World


async def test_a_message_that_comes_100_times_at_once_is_accepted_each_time_and_kept_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    message = Message(provider_id="ch_1", key=None)
    answers = await asyncio.gather(*(tell(world, message) for _ in range(100)))
    assert Counter((one.status_code, one.text) for one in answers) == {(202, "[accepted]"): 100}
    [kept] = await webhooks(world)
    assert (kept.external_id, kept.provider_id, kept.kind) == (message.external_id, "ch_1", SubjectKind.CHARGE)
    assert (kept.status, kept.attempts, kept.version) == (InboundWebhookStatus.RECEIVED, 0, 1)
    counted = {result: count for (_, result), count in world.client.tallies.webhooks.items()}
    assert counted == {"ACCEPTED": 1, "REPEATED": 99}


async def test_one_body_may_hold_several_messages_of_which_some_are_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    one, other = Message(provider_id="ch_1"), Message(provider_id="ch_2")
    assert (await tell(world, one)).status_code == 202
    assert (await tell(world, one, other, other)).status_code == 202
    assert {kept.external_id for kept in await webhooks(world)} == {one.external_id, other.external_id}


async def test_the_same_id_of_two_accounts_is_two_messages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    for account in ("", "acct_1", "acct_1"):
        await tell(world, Message(provider_id="ch_1", external_id="evt_1", account=account))
    assert [kept.account for kept in await webhooks(world)] == ["", "acct_1"]


@pytest.mark.parametrize("case", ["unsigned", "forged", "tampered", "old", "early"])
async def test_what_is_not_proved_to_be_the_providers_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    listen(monkeypatch)
    body, now = body_of(Message(provider_id="ch_1")), datetime.now(UTC)
    headers = {
        "unsigned": {},
        "forged": headers_for(body, secret="guessed"),
        "tampered": headers_for(body + b" "),
        "old": headers_for(body, at=now - timedelta(seconds=310)),
        "early": headers_for(body, at=now + timedelta(seconds=310)),
    }[case]
    async with nothing_changes(world):
        answer = await world.client.http.post("/webhooks/simulator", content=body, headers=headers)
    assert (answer.status_code, answer.text.startswith("The signature is missing or wrong")) == (401, True)


async def test_a_genuine_body_that_cannot_be_read_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    async with nothing_changes(world):
        answer = await world.client.http.post("/webhooks/simulator", content=b"{}", headers=headers_for(b"{}"))
    assert (answer.status_code, answer.text) == (400, "The body cannot be read.\n")


async def test_a_provider_without_an_account_accepts_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch, Provider.STRIPE)
    body = body_of(Message(provider_id="ch_1"))
    async with nothing_changes(world):
        answer = await world.client.http.post("/webhooks/stripe", content=body, headers=headers_for(body, secret=""))
    assert (answer.status_code, answer.text.startswith("No secret for webhooks is set")) == (503, True)


@pytest.mark.parametrize("secrets", [(), ("",), (" ",), ("good", "")])
async def test_an_account_without_a_secret_or_with_an_empty_one_accepts_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, secrets: tuple[str, ...]
) -> None:
    listen(monkeypatch, Provider.STRIPE)
    until = datetime.now(UTC) + timedelta(hours=1) if len(secrets) > 1 else None
    await make_account(world, Provider.STRIPE, *secrets, until=until)
    body = body_of(Message(provider_id="ch_1"))
    async with nothing_changes(world):
        for secret in ("", *secrets):
            headers = headers_for(body, secret=secret)
            assert (await world.client.http.post("/webhooks/stripe", content=body, headers=headers)).status_code == 503


@pytest.mark.parametrize(("hours", "status"), [(1, 202), (-1, 401)])
async def test_an_older_secret_is_good_until_its_overlap_ends(
    world: World, monkeypatch: pytest.MonkeyPatch, hours: int, status: int
) -> None:
    listen(monkeypatch, Provider.STRIPE)
    until = datetime.now(UTC) + timedelta(hours=hours)
    await make_account(world, Provider.STRIPE, "newer", "older", until=until)
    body, http = body_of(Message(provider_id="ch_1")), world.client.http
    for secret, expected in (("newer", 202), ("older", status)):
        headers = headers_for(body, secret=secret)
        assert (await http.post("/webhooks/stripe", content=body, headers=headers)).status_code == expected


async def test_the_log_says_what_came_of_a_message_and_nothing_of_its_body(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    with capture_logs() as lines:
        await tell(world, Message(provider_id="ch_1"), shopper="Ada Lovelace")
    assert [line for line in lines if line["event"] == "webhook"] == [
        {"event": "webhook", "log_level": "info", "provider": "SIMULATOR", "outcome": "ACCEPTED", "new": 1}
    ]
    assert "Ada" not in str(lines)


async def test_unknown_providers_and_other_methods_lead_nowhere(world: World) -> None:
    http = world.client.http
    assert (await http.post("/webhooks/nobody", content=b"{}")).status_code == 404
    assert (await http.post("/webhooks/STRIPE", content=b"{}")).status_code == 404
    assert (await http.get("/webhooks/stripe")).status_code == 405


async def test_a_body_has_at_most_a_mebibyte(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    message = Message(provider_id="ch_1")
    empty = len(body_of(message, filler=""))
    largest = await tell(world, message, filler="x" * ((1 << 20) - empty))
    larger = await tell(world, message, filler="x" * ((1 << 20) - empty + 1))
    assert (largest.status_code, larger.status_code) == (202, 413)


async def test_cookies_origins_and_tokens_make_no_difference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    body = body_of(Message(provider_id="ch_1"))
    foreign = {"origin": "https://elsewhere.example", "cookie": "mp_session=x", "authorization": "Bearer no token"}
    answer = await world.client.http.post("/webhooks/simulator", content=body, headers=headers_for(body) | foreign)
    assert answer.status_code == 202
    assert "access-control-allow-origin" not in answer.headers


async def test_an_address_that_sends_too_much_is_told_when_to_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "ALLOWANCE", Allowance(2, 1, 1, 1))
    app = create_app(world.database, world.clock, is_sandbox=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
        answers = [await http.post("/webhooks/nobody", content=b"{}") for _ in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    assert 25 <= int(answers[-1].headers["retry-after"]) <= 30


async def test_while_the_database_is_away_providers_are_asked_to_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    body, app = body_of(Message(provider_id="ch_1")), create_app(Database("postgresql://nobody@127.0.0.1:1"), Clock())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as http:
        answer = await http.post("/webhooks/simulator", content=body, headers=headers_for(body))
    assert (answer.status_code, answer.text) == (503, "The message could not be kept. Repeat it later.\n")
