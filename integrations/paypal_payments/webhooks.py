"""What PayPal tells by itself: proved by its certificate, and read for the object that it is about."""

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from integrations.paypal_payments.captures import AUTHORIZATION, ORDER
from integrations.paypal_payments.certificates import Certificates
from integrations.paypal_payments.payouts import BATCH
from integrations.paypal_payments.search import key_in
from integrations.provider_events import NotGenuine, SubjectKind, Told, Unreadable

CERTIFICATE_URL = "paypal-cert-url"
_TOLERANCE = timedelta(seconds=300)
_ALGORITHM = "SHA256withRSA"

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that a message is about."""

    kind: SubjectKind
    key: UUID | None = None
    provider_id: str | None = None


def told(
    certificates: Certificates, webhook_ids: Sequence[str], headers: Mapping[str, str], body: bytes, real: datetime
) -> Sequence[Told]:
    """One message; its time is that of this transmission, for PayPal signs anew when it sends again."""
    _require_genuine(certificates, webhook_ids, headers, body, real)
    try:
        event = orjson.loads(body)
        subject = _subject(event["event_type"], event["resource"])
        return [
            Told(
                external_id=event["id"],
                type=event["event_type"],
                account="",
                occurred_at=datetime.fromisoformat(event["create_time"]),
                kind=subject.kind,
                key=subject.key,
                provider_id=subject.provider_id,
            )
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Unreadable(f"a message of PayPal without {error}") from error


def _require_genuine(
    certificates: Certificates, webhook_ids: Sequence[str], headers: Mapping[str, str], body: bytes, real: datetime
) -> None:
    try:
        sent_at = datetime.fromisoformat(headers["paypal-transmission-time"])
        signature = base64.b64decode(headers["paypal-transmission-sig"], validate=True)
        start = f"{headers['paypal-transmission-id']}|{headers['paypal-transmission-time']}"
        is_now = abs(real - sent_at) <= _TOLERANCE
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        raise NotGenuine("the headers of PayPal's signature are missing or broken") from error
    if headers.get("paypal-auth-algo") != _ALGORITHM or not is_now:
        raise NotGenuine("signed in another way, or at another time")
    key = certificates.key_of(headers.get(CERTIFICATE_URL, ""), real)
    if key is None:
        raise NotGenuine("the certificate is not known, or is not PayPal's")
    for webhook_id in webhook_ids:
        try:
            key.verify(signature, f"{start}|{webhook_id}|{zlib.crc32(body)}".encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return
    raise NotGenuine("the signature is wrong")


def _subject(event_type: str, resource: Resource) -> Subject:
    exact = _READERS.get(event_type)
    if exact is not None:
        return exact(resource)
    begun = (read for begin, read in _FAMILIES.items() if event_type.startswith(begin))
    return next(begun, _nothing)(resource)


def _order(resource: Resource) -> Subject:
    key = key_in(resource["purchase_units"][0].get("custom_id"))
    return Subject(SubjectKind.CHARGE, key, ORDER + resource["id"])


def _capture(resource: Resource) -> Subject:
    return Subject(SubjectKind.CHARGE, key_in(resource.get("custom_id")), resource["id"])


def _authorization(resource: Resource) -> Subject:
    return Subject(SubjectKind.CHARGE, key_in(resource.get("custom_id")), AUTHORIZATION + resource["id"])


def _refund(resource: Resource) -> Subject:
    return Subject(SubjectKind.REFUND, key_in(resource.get("custom_id")), resource["id"])


def _payout_item(resource: Resource) -> Subject:
    key = key_in(resource["payout_item"].get("sender_item_id"))
    return Subject(SubjectKind.PAYOUT, key, BATCH + resource["payout_batch_id"])


def _dispute(resource: Resource) -> Subject:
    return Subject(SubjectKind.CHARGEBACK, None, resource["dispute_id"])


def _method(resource: Resource) -> Subject:
    return Subject(SubjectKind.METHOD, None, resource["id"])


def _nothing(_: Resource) -> Subject:
    return Subject(SubjectKind.NOTHING)


_READERS: dict[str, Callable[[Resource], Subject]] = {
    "CHECKOUT.ORDER.APPROVED": _order,
    "CHECKOUT.ORDER.COMPLETED": _order,
    "PAYMENT.CAPTURE.COMPLETED": _capture,
    "PAYMENT.CAPTURE.DENIED": _capture,
    "PAYMENT.CAPTURE.DECLINED": _capture,
    "PAYMENT.CAPTURE.PENDING": _capture,
    # Both tell of a refund: the one that we asked for, and one that PayPal made for a dispute, which tells of itself.
    "PAYMENT.CAPTURE.REFUNDED": _refund,
    "PAYMENT.CAPTURE.REVERSED": _nothing,
}
_FAMILIES: dict[str, Callable[[Resource], Subject]] = {
    "PAYMENT.AUTHORIZATION.": _authorization,
    "PAYMENT.REFUND.": _refund,
    "PAYMENT.PAYOUTS-ITEM.": _payout_item,
    "CUSTOMER.DISPUTE.": _dispute,
    "VAULT.PAYMENT-TOKEN.": _method,
}
"""What has an effect; all other types are kept without one."""
