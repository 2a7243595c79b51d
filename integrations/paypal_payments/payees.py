"""Whom PayPal pays out to: accounts that exist there already, known by email, by id, or by signing in."""

import re

from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.payments import Adding, Unusable
from integrations.paypal_payments.connection import Connection, Lost

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_ACCOUNT = re.compile(r"[2-9A-HJ-NP-Z]{13}")
_MAX_RECEIVER = 127
NO_ONBOARDING = Unusable(
    reason="PayPal needs no onboarding: it pays to accounts that exist. Let the payee sign in with PayPal, and add a "
    "payout method with the code that comes back."
)


async def payee_details(api: Connection, adding: Adding) -> PayeeDetails | Unusable:
    """An email or an id says where to, but not whose it is: only the code of a sign-in there proves that."""
    token = adding.token.strip()
    if len(token) <= _MAX_RECEIVER and (_EMAIL.fullmatch(token) or _ACCOUNT.fullmatch(token)):
        return _details(token, token, is_verified=False)
    reply = await api.exchange({"grant_type": "authorization_code", "code": token})
    if not reply.is_ok:
        return Unusable(
            reason="PayPal knows no such payee: give an email, a PayPal account id, or a fresh code of a sign-in there."
        )
    who = await api.get_as(reply.body["access_token"], "/v1/identity/openidconnect/userinfo", schema="openid")
    if not who.is_ok:
        raise Lost(f"PayPal does not tell who signed in: {who.status}")
    account = str(who.body.get("payer_id", ""))
    if not _ACCOUNT.fullmatch(account):
        return Unusable(
            reason="PayPal did not tell the account's id: the sign-in must ask for the account's attributes."
        )
    is_verified = str(who.body.get("verified_account", "")).lower() == "true"
    return _details(account, str(who.body.get("email") or account), is_verified=is_verified)


def receiver_of(token: str) -> dict[str, str]:
    """How a payout names its receiver."""
    return {"recipient_type": "EMAIL" if "@" in token else "PAYPAL_ID", "receiver": token}


def masked(shown: str) -> str:
    """Enough of an email or an id to recognize it by, and not to write to it."""
    name, at, domain = shown.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"…{shown[-4:]}"


def _details(token: str, shown: str, *, is_verified: bool) -> PayeeDetails:
    return PayeeDetails(
        token=token,
        kind=PayoutMethodKind.PAYPAL_ACCOUNT,
        label=f"PayPal account {masked(shown)}",
        last4="" if "@" in token else token[-4:],
        is_verified=is_verified,
    )
