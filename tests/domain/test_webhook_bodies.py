"""What staff are shown of a webhook's body: how things stand, and nothing of people, cards or accounts."""

import json
from typing import Any

import pytest

from domain.webhook_bodies import shown

STRIPE = {
    "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
    "object": "event",
    "created": 1_772_355_600,
    "livemode": False,
    "type": "payment_intent.succeeded",
    "data": {
        "object": {
            "id": "pi_3MtwBw",
            "amount": 115_000,
            "currency": "eur",
            "status": "succeeded",
            "metadata": {"milepost_key": "0193a5c2-f7e8-7c0d-9b1f-3e5a7c9d1b2e", "note": "Ada's website"},
            "receipt_email": "ada@example.com",
            "description": "Invoice ACME-2026-0007",
            "billing_details": {"name": "Ada Lovelace", "address": {"postal_code": 1000}},
            "payment_method_details": {"card": {"last4": "4242", "exp_year": 2030}},
        }
    },
}


def text_of(body: Any) -> str:
    return json.dumps(shown(json.dumps(body).encode()))


def test_ids_states_and_amounts_are_shown() -> None:
    seen = shown(json.dumps(STRIPE).encode())
    object_ = seen["data"]["object"]
    assert {name: seen[name] for name in ("id", "object", "created", "livemode", "type")} == {
        name: STRIPE[name] for name in ("id", "object", "created", "livemode", "type")
    }
    assert [object_[name] for name in ("id", "amount", "currency", "status")] == [
        "pi_3MtwBw",
        115_000,
        "eur",
        "succeeded",
    ]
    assert object_["metadata"] == {"milepost_key": "0193a5c2-f7e8-7c0d-9b1f-3e5a7c9d1b2e", "note": "[withheld]"}


def test_people_cards_and_accounts_are_not() -> None:
    seen = text_of(STRIPE)
    for secret in ("Ada", "Lovelace", "example.com", "4242", "2030", "1000", "ACME"):
        assert secret not in seen


@pytest.mark.parametrize(
    "body",
    [
        {"shopperName": {"firstName": "Ada", "lastName": "Lovelace"}},
        {"shopperEmail": "ada@example.com", "reference": "ada@example.com"},
        {"status": "Ada Lovelace"},
        {"id": "4242424242424242"},
        {"amount": 4242424242424242},
        {"reference": "DE89370400440532013000 4242424242424242"},
        {"resource": {"payer": {"payer_info": {"id": "Ada"}}}},
        {"Ada Lovelace": 1, "4242424242424242": {"id": "x"}},
        {"bankAccount": {"iban": "DE89370400440532013000", "id": "DE89370400440532013000"}},
        {"values": ["Ada", "4242"]},
    ],
)
def test_nothing_that_is_somebodys_gets_through(body: Any) -> None:
    seen = text_of(body)
    assert [one for one in ("Ada", "Lovelace", "example.com", "4242", "DE89") if one in seen] == []


@pytest.mark.parametrize("body", [b"", b"name=Ada", b"\xff\xfe", b"[" * 200_000, b"\x00"])
def test_what_is_no_json_is_not_shown(body: bytes) -> None:
    assert shown(body) == "[withheld]"


def test_deep_and_long_bodies_are_cut() -> None:
    deep: Any = {"id": "end"}
    for _ in range(30):
        deep = {"data": deep}
    assert "end" not in text_of(deep)
    assert len(shown(json.dumps([1] * 500).encode())) == 200
