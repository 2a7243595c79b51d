"""Methods that payers have let PayPal keep for us, in its vault: wallets and cards."""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.payment_methods import MethodDetails, PaymentMethodKind
from integrations.payments import Adding, Unusable
from integrations.paypal_payments.connection import Connection, Lost
from integrations.paypal_payments.payees import masked

_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,36}")
_UNKNOWN = Unusable(reason="PayPal keeps no payment method with this token for this account.")
_CARD = "card/"
"""What stands before the token of a card, as we keep it: orders charge cards and wallets in different ways."""


async def method_details(api: Connection, adding: Adding) -> MethodDetails | Unusable:
    """Shows what the vault keeps under a payment token, which is made in the payer's browser."""
    token = adding.token.removeprefix(_CARD)
    if not _TOKEN.fullmatch(token):
        return _UNKNOWN
    reply = await api.get(f"/v3/vault/payment-tokens/{token}")
    if reply.status in (400, 404, 422):
        return _UNKNOWN
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the method: {reply.status}")
    source = reply.body["payment_source"]
    customer = reply.body.get("customer", {}).get("id")
    if "paypal" in source:
        return _wallet(token, source["paypal"], customer)
    if "card" in source:
        return _card(token, source["card"], customer)
    return Unusable(reason="Only PayPal wallets and cards can be charged through PayPal here.")


def source_of(token: str | None, experience: Mapping[str, str]) -> dict[str, object]:
    """How an order names what it is paid with; without a token its payer chooses on PayPal's page."""
    if token is None:
        return {"paypal": {"experience_context": experience}}
    if token.startswith(_CARD):
        pages = {name: experience[name] for name in ("return_url", "cancel_url")}
        return {"card": {"vault_id": token.removeprefix(_CARD), "experience_context": pages}}
    return {"paypal": {"vault_id": token, "experience_context": experience}}


def _wallet(token: str, wallet: Mapping[str, Any], customer: str | None) -> MethodDetails:
    account = str(wallet.get("account_id") or wallet.get("payer_id") or "")
    return MethodDetails(
        token=token,
        kind=PaymentMethodKind.WALLET,
        label=f"PayPal {masked(str(wallet.get('email_address') or account))}",
        last4=account[-4:],
        customer=customer,
    )


def _card(token: str, card: Mapping[str, Any], customer: str | None) -> MethodDetails:
    return MethodDetails(
        token=_CARD + token,
        kind=PaymentMethodKind.CARD,
        label=f"{str(card.get('brand', 'Card')).replace('_', ' ').title()} through PayPal",
        last4=card["last_digits"],
        expires_on=_last_day(card.get("expiry")),
        customer=customer,
    )


def _last_day(expiry: str | None) -> date | None:
    """A card is good until the end of the month on it, written as 2027-02."""
    if expiry is None:
        return None
    year, month = (int(part) for part in expiry.split("-"))
    return date(year, month, calendar.monthrange(year, month)[1])
