"""Webhooks as Adyen sends them: items signed one by one, and bodies of the balance platform signed as a whole."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from standins.adyen import contract
from standins.courier import Courier, Message, Plan

HMAC_KEY = "9626FEFBB27BBF8BF033141AB1C966A60D549DCF5A6442082D302216C03D9727"
"""A key for tests, of the form that Adyen's have."""
_SIGNED = (
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "value",
    "currency",
    "eventCode",
    "success",
)
_WHOLE = "platform:"


def signature(key: str, content: bytes) -> str:
    return base64.b64encode(hmac.digest(bytes.fromhex(key), content, "sha256")).decode()


def signed_item(key: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """The item with its signature among its additional data."""
    flat = {**item, **item["amount"]}
    fields = (str(flat.get(name, "")).replace("\\", "\\\\").replace(":", "\\:") for name in _SIGNED)
    details = {**item.get("additionalData", {}), "hmacSignature": signature(key, ":".join(fields).encode())}
    return {**item, "additionalData": details}


class Notices:
    """Writes them and hands them to the courier."""

    def __init__(
        self, url: str | None, key: str, merchant: str, plan: Plan | None, clock: Callable[[], datetime]
    ) -> None:
        self.key, self._merchant, self._clock, self._count = key, merchant, clock, 0
        self.courier = Courier(url, self._seal, plan=plan, clock=clock)

    def tell(
        self,
        event: str,
        *,
        psp: str,
        reference: str,
        amount: Mapping[str, Any],
        is_success: bool = True,
        original: str = "",
        reason: str = "",
        details: Mapping[str, str] | None = None,
    ) -> None:
        item = {
            "additionalData": dict(details or {}),
            "amount": dict(amount),
            "eventCode": event,
            "eventDate": self._clock().isoformat(timespec="seconds"),
            "merchantAccountCode": self._merchant,
            "merchantReference": reference,
            "originalReference": original,
            "pspReference": psp,
            "reason": reason,
            "success": str(is_success).lower(),
        }
        item = signed_item(self.key, item)
        self._post("item:", {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]})

    def tell_of_platform(self, type_: str, data: Mapping[str, Any]) -> None:
        at = self._clock().isoformat()
        self._post(_WHOLE, {"type": type_, "environment": "test", "timestamp": at, "data": dict(data)})

    def _post(self, kind: str, content: Mapping[str, Any]) -> None:
        contract.check_event(content)
        self._count += 1
        self.courier.post(Message(id=f"{kind}{self._count}", body=json.dumps(content).encode()))

    def _seal(self, message: Message, _: datetime) -> Mapping[str, str]:
        if message.id.startswith(_WHOLE):
            return {"hmacsignature": signature(self.key, message.body), "protocol": "HmacSHA256"}
        return {}
