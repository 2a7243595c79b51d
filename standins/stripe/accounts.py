"""Connected accounts: payees who tell Stripe on its pages who they are and where their bank is."""

from typing import Any

from standins.stripe import description
from standins.stripe.errors import invalid
from standins.stripe.world import Call, Thing, World

BANKS: dict[str, str | None] = {
    "000123456789": None,
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000333333335": "debit_not_authorized",
}
"""Stripe's test bank accounts, each with the code that a payout to it fails with."""

_CURRENCIES = {"CH": "chf", "GB": "gbp", "HU": "huf", "JP": "jpy", "US": "usd"}
"""What a bank of these countries keeps; all others have euros here."""


def create(world: World, call: Call) -> Thing:
    account = world.add(
        "account",
        "acct",
        type=call.fields.get("type", "standard"),
        country=call.fields.get("country", "US"),
        capabilities=dict.fromkeys(call.fields.get("capabilities", {}), "inactive"),
        charges_enabled=False,
        default_currency=_CURRENCIES.get(call.fields.get("country", "US"), "eur"),
        details_submitted=False,
        external_accounts=_banks(),
        metadata=dict(call.fields.get("metadata", {})),
        payouts_enabled=False,
        settings=_settings(call.fields.get("settings", {})),
    )
    world.tell("account.updated", account, account["id"])
    return account


def account(world: World, call: Call) -> Thing:
    return world.get("account", call.fields["account"])


def link(world: World, call: Call) -> Thing:
    account = world.get("account", call.fields["account"])
    if "return_url" not in call.fields or "refresh_url" not in call.fields:
        raise invalid("An account link for onboarding needs a return_url and a refresh_url.")
    number = world.new_id("link")
    world.pages[number] = {"account": account["id"], "return_url": call.fields["return_url"]}
    return {
        "object": "account_link",
        "created": world.now,
        "expires_at": world.now + 300,
        "url": f"{world.address}/pages/onboarding/{number}",
    }


def onboarded(world: World, account: Thing, bank: str) -> None:
    """The payee has answered all questions: transfers and payouts may go there."""
    details = world.add(
        "bank_account",
        "ba",
        account=account["id"],
        bank_name="STRIPE TEST BANK",
        country=account["country"],
        currency=account["default_currency"],
        last4=bank[-4:],
        metadata={"test_number": bank},
        status="verified",
    )
    account.update(
        details_submitted=True,
        payouts_enabled=True,
        capabilities=dict.fromkeys(account["capabilities"], "active"),
        external_accounts=_banks(details),
    )
    world.tell("account.updated", account, account["id"])


def _settings(asked: dict[str, Any]) -> dict[str, Any]:
    """Of all settings, the schedule of payouts is the one that is kept."""
    interval = asked.get("payouts", {}).get("schedule", {}).get("interval", "daily")
    schedule = {"delay_days": 2, "interval": interval}
    parts = ("branding", "card_payments", "dashboard", "payments")
    return {
        **{part: description.filled(f"account_{part}_settings") for part in parts},
        "payouts": {"debit_negative_balances": True, "schedule": schedule, "statement_descriptor": None},
    }


def _banks(*banks: Thing) -> dict[str, Any]:
    return {"object": "list", "data": list(banks), "has_more": False, "url": "/v1/accounts/external_accounts"}


OPERATIONS = {
    "POST /v1/accounts": create,
    "GET /v1/accounts/{account}": account,
    "POST /v1/account_links": link,
}
