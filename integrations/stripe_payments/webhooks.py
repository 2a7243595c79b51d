"""What Stripe tells: proved by its signature, and read for what it is about. Nobody is asked."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable
from integrations.stripe_payments.connection import KEY, as_key

TOLERANCE_SECONDS = 300

_KINDS: Mapping[str, SubjectKind] = {
    **dict.fromkeys(
        (
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "checkout.session.expired",
            "payment_intent.amount_capturable_updated",
            "payment_intent.canceled",
            "payment_intent.partially_funded",
            "payment_intent.payment_failed",
            "payment_intent.processing",
            "payment_intent.requires_action",
            "payment_intent.succeeded",
            "charge.refunded",
        ),
        SubjectKind.CHARGE,
    ),
    **dict.fromkeys(("charge.refund.updated", "refund.created", "refund.failed", "refund.updated"), SubjectKind.REFUND),
    **dict.fromkeys(
        (
            "charge.dispute.closed",
            "charge.dispute.created",
            "charge.dispute.funds_reinstated",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.updated",
        ),
        SubjectKind.CHARGEBACK,
    ),
    **dict.fromkeys(
        (
            "payout.canceled",
            "payout.created",
            "payout.failed",
            "payout.paid",
            "payout.reconciliation_completed",
            "payout.updated",
        ),
        SubjectKind.PAYOUT,
    ),
    "account.updated": SubjectKind.PAYEE,
    **dict.fromkeys(
        (
            "customer.subscription.created",
            "customer.subscription.deleted",
            "customer.subscription.paused",
            "customer.subscription.resumed",
            "customer.subscription.updated",
            "invoice.paid",
            "invoice.payment_failed",
            "invoice.payment_succeeded",
        ),
        SubjectKind.SUBSCRIPTION,
    ),
    **dict.fromkeys(
        ("payment_method.automatically_updated", "payment_method.detached", "payment_method.updated"),
        SubjectKind.METHOD,
    ),
}
"""What has an effect here. All other types are kept and have none."""


def told(
    headers: Mapping[str, str], body: bytes, real: datetime, *, secrets: Sequence[str], is_live: bool
) -> Sequence[Told]:
    """One message, whole. Raises NotGenuine or Unreadable."""
    _require_genuine(headers.get("stripe-signature", ""), body, real, secrets)
    try:
        event = json.loads(body)
        thing = event["data"]["object"]
        if event["livemode"] is not is_live:
            raise NotGenuine("The message is of the other mode: test money and real money never mix.")
        return [_read(event, thing)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable(f"This is no event of Stripe's: {type(error).__name__}") from None


def _require_genuine(header: str, body: bytes, real: datetime, secrets: Sequence[str]) -> None:
    """`t=…,v1=…`: HMAC-SHA256 of the time and the body, by any secret that is still good."""
    parts = [part.strip().split("=", 1) for part in header.split(",") if "=" in part]
    times = [value for name, value in parts if name == "t" and value.isascii() and value.isdigit() and len(value) < 13]
    signatures = [value.encode() for name, value in parts if name == "v1"]
    if len(times) != 1 or not signatures:
        raise NotGenuine("The header Stripe-Signature is missing or incomplete.")
    if abs(real.timestamp() - int(times[0])) > TOLERANCE_SECONDS:
        raise NotGenuine(f"The message was signed more than {TOLERANCE_SECONDS} seconds from now.")
    signed = f"{times[0]}.".encode() + body
    # A secret may hold several: the platform's endpoint and that of connected accounts have one each. Empty ones are
    # known to everybody.
    keys = [key.encode() for secret in secrets for key in secret.split()]
    expected = [hmac.new(key, signed, hashlib.sha256).hexdigest().encode() for key in keys]
    if not any(hmac.compare_digest(one, signature) for one in expected for signature in signatures):
        raise NotGenuine("The signature is not one of Stripe's for this body.")


def _read(event: Mapping[str, Any], thing: Mapping[str, Any]) -> Told:
    kind = _KINDS.get(event["type"], SubjectKind.NOTHING)
    marked = (thing.get("metadata") or {}).get(KEY)
    provider_id = thing.get("id")
    if thing.get("object") == "invoice":
        # It names the subscription that it bills, with what was written on that.
        details = (thing.get("parent") or {}).get("subscription_details") or {}
        marked, provider_id = (details.get("metadata") or {}).get(KEY), details.get("subscription")
        kind = SubjectKind.NOTHING if provider_id is None else kind
    elif thing.get("mode") == "subscription":
        kind, provider_id = SubjectKind.SUBSCRIPTION, thing.get("subscription")
        kind = SubjectKind.NOTHING if provider_id is None else kind
    key = as_key(marked)
    if kind is SubjectKind.PAYOUT:
        # A payout is known here by its transfer; one without our key was made by the account's owner.
        kind, provider_id = (kind if key is not None else SubjectKind.NOTHING), None
    elif event["type"] == "charge.refunded":
        provider_id = thing.get("payment_intent")
    return Told(
        external_id=str(event["id"]),
        type=str(event["type"]),
        account=str(event.get("account") or ""),
        occurred_at=datetime.fromtimestamp(int(event["created"]), UTC),
        kind=kind,
        key=key,
        odd_key=str(marked) if marked and key is None else None,
        provider_id=provider_id,
    )
