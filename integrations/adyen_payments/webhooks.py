"""Adyen's webhooks: proved by their signatures, read, and said in Milepost's words."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.adyen_payments.references import key_of
from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable

_KINDS = {
    **dict.fromkeys(
        (
            "AUTHORISATION",
            "CANCELLATION",
            "CAPTURE",
            "CAPTURE_FAILED",
            "EXPIRE",
            "OFFER_CLOSED",
            "TECHNICAL_CANCEL",
        ),
        SubjectKind.CHARGE,
    ),
    **dict.fromkeys(("REFUND", "REFUND_FAILED", "REFUNDED_REVERSED"), SubjectKind.REFUND),
    **dict.fromkeys(
        (
            "CHARGEBACK",
            "CHARGEBACK_REVERSED",
            "DISPUTE_DEFENSE_PERIOD_ENDED",
            "INFORMATION_SUPPLIED",
            "NOTIFICATION_OF_CHARGEBACK",
            "PREARBITRATION_LOST",
            "PREARBITRATION_WON",
            "REQUEST_FOR_INFORMATION",
            "SECOND_CHARGEBACK",
        ),
        SubjectKind.CHARGEBACK,
    ),
    "RECURRING_CONTRACT": SubjectKind.METHOD,
}
_OF_ITS_OWN = frozenset({SubjectKind.REFUND, SubjectKind.CHARGEBACK, SubjectKind.METHOD})
"""Kinds whose `pspReference` is the subject's own id; for others it may be that of a change of the subject."""
_HOLDER_UPDATED = "balancePlatform.accountHolder.updated"
REPORT_CREATED = "balancePlatform.report.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One item of a standard webhook. Adyen signs all of it but `at`, `reason` and `details`."""

    event: str
    is_success: bool
    psp: str
    original: str
    merchant: str
    reference: str
    value: int
    currency: str
    at: datetime
    reason: str
    details: Mapping[str, str]

    @property
    def external_id(self) -> str:
        return f"{self.psp}:{self.event}:{str(self.is_success).lower()}"

    @property
    def payment(self) -> str:
        """Adyen's id of the payment that it is about."""
        return self.original or self.psp


def told(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], credentials: Mapping[str, str]) -> list[Told]:
    """What a body says. Standard webhooks are signed item by item, those of the balance platform as a whole."""
    keys = _keys(secrets)
    signature = headers.get("hmacsignature")
    if signature is not None:
        _require(_matches(keys, body, signature))
        return _told_of_platform(_object(body), credentials)
    items = _items(_object(body))
    for item in items:
        given = (item.get("additionalData") or {}).get("hmacSignature", "")
        _require(isinstance(given, str) and _matches(keys, _signed(item).encode(), given))
    notices = [_notice(item) for item in items]
    if any(notice.merchant != credentials["merchantAccount"] for notice in notices):
        raise NotGenuine("it is of another merchant account")
    return [_told(notice) for notice in notices]


def notices_in(body: bytes) -> list[Notice]:
    """What a body says that was proved when it came; nothing where it is of the balance platform."""
    content = _object(body)
    return [_notice(item) for item in _items(content)] if "notificationItems" in content else []


def _told(notice: Notice) -> Told:
    kind, key = _KINDS.get(notice.event, SubjectKind.NOTHING), key_of(notice.reference)
    return Told(
        external_id=notice.external_id,
        type=notice.event,
        account="",
        occurred_at=notice.at,
        kind=kind,
        key=key,
        provider_id=notice.psp if kind in _OF_ITS_OWN else notice.payment,
        odd_key=(notice.reference or None) if key is None else None,
    )


def _told_of_platform(content: Mapping[str, Any], credentials: Mapping[str, str]) -> list[Told]:
    type_, data = str(content.get("type", "")), content.get("data")
    if not type_ or not isinstance(data, Mapping):
        raise Unreadable("type or data are missing")
    # The same object is told of more than once: what tells the messages apart is all that they say.
    named = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    at = _instant(content.get("timestamp"))
    return [
        Told(
            external_id=f"{subject}:{type_}:{named}",
            type=type_,
            account="",
            occurred_at=at,
            kind=kind,
            key=key_of(str(data.get("reference", ""))) if kind is SubjectKind.PAYOUT else None,
            provider_id=subject or None,
        )
        for kind, subject in _subjects(type_, data, credentials.get("balanceAccount"))
    ]


def _subjects(type_: str, data: Mapping[str, Any], balance_account: str | None) -> list[tuple[SubjectKind, str]]:
    """What a message of the balance platform is about; of a payee, each bank account by itself."""
    if type_ == _HOLDER_UPDATED:
        capabilities = data.get("accountHolder", {}).get("capabilities", {})
        accounts = capabilities.get("sendToTransferInstrument", {}).get("transferInstruments") or []
        payees = [(SubjectKind.PAYEE, str(one["id"])) for one in accounts]
        return payees or [(SubjectKind.NOTHING, str(data.get("accountHolder", {}).get("id", "")))]
    if type_ == REPORT_CREATED:
        return [(SubjectKind.NOTHING, str(data.get("fileName", "")))]
    is_payout = type_.startswith("balancePlatform.transfer.") and data.get("category") == "bank"
    is_payout = is_payout and data.get("direction") == "outgoing"
    is_ours = data.get("balanceAccount", {}).get("id") == balance_account
    return [(SubjectKind.PAYOUT if is_payout and is_ours else SubjectKind.NOTHING, str(data.get("id", "")))]


def _notice(item: Mapping[str, Any]) -> Notice:
    try:
        amount, details = item.get("amount") or {}, item.get("additionalData") or {}
        return Notice(
            event=str(item["eventCode"]),
            is_success=str(item["success"]).lower() == "true",
            psp=str(item["pspReference"]),
            original=str(item.get("originalReference") or ""),
            merchant=str(item["merchantAccountCode"]),
            reference=str(item.get("merchantReference") or ""),
            value=int(amount.get("value", 0)),
            currency=str(amount.get("currency", "")),
            at=_instant(item.get("eventDate")),
            reason=str(item.get("reason") or ""),
            details={str(name): str(value) for name, value in details.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as broken:
        raise Unreadable("an item lacks what every item has") from broken


def _signed(item: Mapping[str, Any]) -> str:
    """What an item's signature is over: eight fields, backslashes and colons escaped, with colons in between."""
    amount = item.get("amount") or {}
    fields = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        amount.get("value"),
        amount.get("currency"),
        item.get("eventCode"),
        item.get("success"),
    )
    texts = ("" if one is None else str(one) for one in fields)
    return ":".join(text.replace("\\", "\\\\").replace(":", "\\:") for text in texts)


def _keys(secrets: Sequence[str]) -> list[bytes]:
    """The keys, of which a secret may hold several: each of Adyen's webhooks has its own. Empty ones prove nothing."""
    texts = [text for secret in secrets for text in secret.split()]
    try:
        return [key for key in map(bytes.fromhex, texts) if key]
    except ValueError as broken:
        raise NotGenuine("an HMAC key of the account is not hexadecimal") from broken


def _matches(keys: Sequence[bytes], content: bytes, signature: str) -> bool:
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(hmac.digest(key, content, "sha256"), given) for key in keys)


def _require(is_genuine: bool) -> None:
    if not is_genuine:
        raise NotGenuine("the signature is missing or wrong")


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise Unreadable("it is not JSON") from broken
    if not isinstance(content, dict):
        raise Unreadable("it is not an object")
    return content


def _items(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    items = content.get("notificationItems")
    if not isinstance(items, list) or not items:
        raise Unreadable("it has no items")
    read = [one.get("NotificationRequestItem") if isinstance(one, dict) else None for one in items]
    if not all(isinstance(one, dict) and _has_parts(one) for one in read):
        raise Unreadable("an item is not one")
    return [one for one in read if one is not None]


def _has_parts(item: Mapping[str, Any]) -> bool:
    return all(isinstance(item.get(part) or {}, dict) for part in ("additionalData", "amount"))


def _instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as broken:
        raise Unreadable("a time cannot be read") from broken
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
