"""What proves a webhook to be Adyen's, and what it is then said to be about."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.ids import new_id
from domain.redaction import WITHHELD
from domain.webhook_bodies import shown
from integrations.adyen_payments import Adyen
from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable
from persistence.database import Database
from standins.adyen.notices import signature, signed_item
from standins.adyen.world import World as Standin
from tests.providers.adyen import Scene, adyen_with, charge, now, opened, refunding

KEY = "ab" * 32


def item(**changed: Any) -> dict[str, Any]:
    """An item as Adyen sends it, without its signature."""
    return {
        "additionalData": {"expiryDate": "3/2030"},
        "amount": {"currency": "EUR", "value": 10_000},
        "eventCode": "AUTHORISATION",
        "eventDate": "2026-11-22T12:00:00+01:00",
        "merchantAccountCode": "MilepostTest",
        "merchantReference": str(new_id()),
        "originalReference": "",
        "pspReference": "7914073381342284",
        "reason": "",
        "success": "true",
    } | changed


def body(*items: dict[str, Any], key: str = KEY) -> bytes:
    signed = [{"NotificationRequestItem": signed_item(key, one)} for one in items]
    return json.dumps({"live": "false", "notificationItems": signed}).encode()


def reader(*secrets: str) -> Callable[[bytes], list[Told]]:
    account = replace(opened(Standin(hmac_key=KEY), ""), webhook_secrets=secrets or (KEY,))
    return lambda content: list(Adyen(account).told({}, content, now()))


def platform_headers(content: bytes, key: str = KEY) -> dict[str, str]:
    return {"hmacsignature": signature(key, content), "protocol": "HmacSHA256"}


def test_the_signature_is_that_of_adyens_own_example() -> None:
    documented = {
        "pspReference": "7914073381342284",
        "originalReference": "",
        "merchantAccountCode": "TestMerchant",
        "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": "AUTHORISATION",
        "success": "true",
        "eventDate": "2019-05-06T17:15:34.121+02:00",
        "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
    }
    content = json.dumps({"notificationItems": [{"NotificationRequestItem": documented}]}).encode()
    key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
    account = replace(opened(Standin(merchant="TestMerchant"), ""), webhook_secrets=(key,))
    (told,) = Adyen(account).told({}, content, now())
    assert told.external_id == "7914073381342284:AUTHORISATION:true"
    assert told.odd_key == "TestPayment-1407325143704"


def test_a_genuine_item_names_its_payment() -> None:
    one = item()
    (told,) = reader()(body(one))
    assert str(told.key) == one["merchantReference"]
    assert (told.kind, told.type, told.account) == (SubjectKind.CHARGE, "AUTHORISATION", "")
    assert (told.provider_id, told.external_id) == ("7914073381342284", "7914073381342284:AUTHORISATION:true")
    assert told.occurred_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert told.odd_key is None


@pytest.mark.parametrize(
    ("event", "kind", "subject"),
    [
        ("CAPTURE", SubjectKind.CHARGE, "8535296650153317"),
        ("REFUND", SubjectKind.REFUND, "7914073381342284"),
        ("REFUND_FAILED", SubjectKind.REFUND, "7914073381342284"),
        ("NOTIFICATION_OF_CHARGEBACK", SubjectKind.CHARGEBACK, "7914073381342284"),
        ("SECOND_CHARGEBACK", SubjectKind.CHARGEBACK, "7914073381342284"),
        ("RECURRING_CONTRACT", SubjectKind.METHOD, "7914073381342284"),
        ("REPORT_AVAILABLE", SubjectKind.NOTHING, "8535296650153317"),
    ],
)
def test_what_an_item_is_about_follows_from_its_event(event: str, kind: SubjectKind, subject: str) -> None:
    (told,) = reader()(body(item(eventCode=event, originalReference="8535296650153317")))
    assert (told.kind, told.provider_id) == (kind, subject)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"currency": "EUR", "value": 1}},
        {"amount": {"currency": "USD", "value": 10_000}},
        {"eventCode": "REFUND"},
        {"merchantAccountCode": "MilepostTes"},
        {"merchantReference": str(new_id())},
        {"originalReference": "8535296650153317"},
        {"pspReference": "7914073381342285"},
        {"success": "false"},
        {"additionalData": {}},
        {"additionalData": {"hmacSignature": "not base64"}},
    ],
)
def test_an_item_that_was_changed_is_not_adyens(change: dict[str, Any]) -> None:
    content = json.loads(body(item()))
    content["notificationItems"][0]["NotificationRequestItem"] |= change
    with pytest.raises(NotGenuine):
        reader()(json.dumps(content).encode())


def test_one_wrong_item_spoils_the_message() -> None:
    content = json.loads(body(item(), item(pspReference="7914073381342285")))
    assert len(reader()(json.dumps(content).encode())) == 2
    content["notificationItems"][1]["NotificationRequestItem"]["success"] = "false"
    with pytest.raises(NotGenuine):
        reader()(json.dumps(content).encode())


def test_values_with_colons_and_backslashes_are_told_apart() -> None:
    reader()(body(item(merchantReference="a:b\\c")))
    moved = json.loads(body(item(merchantReference="a:b")))
    moved["notificationItems"][0]["NotificationRequestItem"] |= {
        "merchantAccountCode": "MilepostTest:a",
        "merchantReference": "b",
    }
    with pytest.raises(NotGenuine):
        reader()(json.dumps(moved).encode())


def test_staff_are_shown_nothing_of_the_card() -> None:
    details = {"cardSummary": "1111", "cardHolderName": "J. Smith", "expiryDate": "3/2030"}
    content = shown(body(item(reason="033899:1111:3/2030", additionalData=details)))
    seen = content["notificationItems"][0]["NotificationRequestItem"]
    assert (seen["eventCode"], seen["amount"]["value"]) == ("AUTHORISATION", 10_000)
    assert {seen["reason"], *seen["additionalData"].values()} == {WITHHELD}


def test_what_is_said_of_another_merchant_account_is_not_ours() -> None:
    with pytest.raises(NotGenuine):
        reader()(body(item(merchantAccountCode="Another")))


@pytest.mark.parametrize("secrets", [("",), ("   ",), ("zz",), ("cd" * 32,)])
def test_an_empty_or_wrong_secret_proves_nothing(secrets: tuple[str, ...]) -> None:
    forged = body(item(), key="") if secrets == ("",) else body(item())
    with pytest.raises(NotGenuine):
        reader(*secrets)(forged)


@pytest.mark.parametrize("secrets", [(f"{'cd' * 32} {KEY}",), ("cd" * 32, KEY)])
def test_each_webhook_and_each_rotation_may_have_a_key_of_its_own(secrets: tuple[str, ...]) -> None:
    assert len(reader(*secrets)(body(item()))) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b'{"notificationItems": []}',
        b'{"notificationItems": [{}]}',
        b'{"notificationItems": [{"NotificationRequestItem": {"amount": [1]}}]}',
        b'{"notificationItems": [{"NotificationRequestItem": {"additionalData": "none"}}]}',
        b"[" * 200_000,
    ],
    ids=range(9),
)
def test_what_is_no_message_cannot_be_read(content: bytes) -> None:
    with pytest.raises(Unreadable):
        reader()(content)


@pytest.mark.parametrize("missing", ["eventCode", "eventDate", "success", "pspReference"])
def test_an_item_without_what_each_one_has_cannot_be_read(missing: str) -> None:
    one = item()
    del one[missing]
    with pytest.raises(Unreadable):
        reader()(body(one))


def transfer(**changed: Any) -> bytes:
    data = {
        "id": "TR1",
        "reference": str(new_id()),
        "category": "bank",
        "direction": "outgoing",
        "status": "booked",
        "balanceAccount": {"id": "BA00000000000000000000001"},
    } | changed
    content = {"type": "balancePlatform.transfer.updated", "timestamp": "2026-11-22T12:00:00Z", "data": data}
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (transfer(), SubjectKind.PAYOUT),
        (transfer(category="platformPayment"), SubjectKind.NOTHING),
        (transfer(direction="incoming"), SubjectKind.NOTHING),
        (transfer(balanceAccount={"id": "BA2"}), SubjectKind.NOTHING),
    ],
)
def test_transfers_out_of_our_balance_account_are_payouts(content: bytes, kind: SubjectKind) -> None:
    account = opened(Standin(hmac_key=KEY), "")
    (told,) = Adyen(account).told(platform_headers(content), content, now())
    assert (told.kind, told.provider_id) == (kind, "TR1")
    assert (None if told.key is None else str(told.key)) == (
        json.loads(content)["data"]["reference"] if kind is SubjectKind.PAYOUT else None
    )


def test_a_payee_is_told_of_by_each_bank_account() -> None:
    accounts = [{"id": "SE1", "allowed": True}, {"id": "SE2", "allowed": False}]
    holder = {"id": "AH1", "capabilities": {"sendToTransferInstrument": {"transferInstruments": accounts}}}
    said = {
        "type": "balancePlatform.accountHolder.updated",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {"accountHolder": holder},
    }
    content = json.dumps(said).encode()
    told = Adyen(opened(Standin(hmac_key=KEY), "")).told(platform_headers(content), content, now())
    assert [(one.kind, one.provider_id) for one in told] == [(SubjectKind.PAYEE, "SE1"), (SubjectKind.PAYEE, "SE2")]


def test_a_body_of_the_platform_is_signed_as_a_whole() -> None:
    account, content = opened(Standin(hmac_key=KEY), ""), transfer()
    headers = platform_headers(content)
    assert Adyen(account).told(headers, content, now()) == Adyen(account).told(headers, content, now())
    for wrong in (content + b" ", content.replace(b"booked", b"failed")):
        with pytest.raises(NotGenuine):
            Adyen(account).told(headers, wrong, now())
    with pytest.raises(NotGenuine):
        Adyen(account).told({"hmacsignature": ""}, content, now())


async def test_every_message_of_the_stand_in_is_genuine_and_counted_once(database: Database) -> None:
    async with adyen_with(database) as scene:
        messages = await told_by(scene)
        again = await told_by(scene)
    assert len({one.external_id for one in messages}) == len(messages) == 2
    assert {one.external_id for one in messages}.isdisjoint({one.external_id for one in again})


async def told_by(scene: Scene) -> list[Told]:
    """What a charge and its refund make Adyen tell."""
    asked_for = charge()
    await scene.adyen.charge(asked_for)
    await scene.adyen.refund(refunding(scene.standin.of(str(asked_for.key)).psp, 1_000))
    parcels = copy.copy(scene.standin.notices.courier.waiting)
    scene.standin.notices.courier.waiting.clear()
    return [one for parcel in parcels for one in scene.adyen.told({}, parcel.message.body, now())]
