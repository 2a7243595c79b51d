"""What staff are shown of the body of a webhook: its shape, ids, states and amounts; nothing of people or cards."""

import json
import re
from typing import Any

from domain.redaction import WITHHELD

MAX_DEPTH, MAX_ITEMS = 20, 200

_PLAIN = re.compile(
    r"(?:^|_)(?:id|ids|object|type|status|state|outcome|currency|currency_code|reason|code|mode|version|api_version)$"
    r"|^(?:event_code|psp_reference|original_reference|merchant_reference|merchant_account_code|reference|created|"
    r"create_time|update_time|event_date|at|success|live|livemode|key|amount|total|value|milepost_\w+|"
    r"(?:charge|payment_intent|refund|payout|dispute|balance_transaction|invoice)(?:_\w+)?)$"
)
"""Names, in snake case, under which texts are shown: ids, words of a state machine, amounts, instants."""
_PRIVATE = re.compile(
    r"name|mail|phone|address|street|city|postal|zip|birth|shopper|payer(?!_id)|person|owner|holder|customer_(?!id)"
    r"|billing|shipping|card|bank|iban|account_number|sort_code|routing|last4|fingerprint|expir|exp_|cvc|cvv|secret"
    r"|signature|token|ip$|description|statement|evidence|method_details|receipt"
)
"""Names below which nothing is shown, numbers included."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}")
_DIGITS = re.compile(r"(?<![A-Za-z0-9_-])\d{12,}(?![A-Za-z0-9_-])|\d{4}:\d\d?/\d{4}$")
"""What could be the number of a card or an account, or the end of one with its expiry date, as Adyen has it."""


def shown(body: bytes) -> Any:
    """The body as JSON without what could tell who somebody is; a body that is no JSON is not shown at all."""
    try:
        return _shown(json.loads(body), "", 0)
    except (ValueError, RecursionError):
        return WITHHELD


def _shown(value: Any, name: str, depth: int) -> Any:
    if _PRIVATE.search(name) or depth > MAX_DEPTH:
        return None if value is None else WITHHELD
    if isinstance(value, dict):
        # A name can be anybody's, too: those that look like none of a provider's own are left out.
        return {
            key: _shown(part, _snake(key), depth + 1)
            for key, part in list(value.items())[:MAX_ITEMS]
            if _WORD.fullmatch(key) and not _DIGITS.search(key)
        }
    if isinstance(value, list):
        return [_shown(part, name, depth + 1) for part in value[:MAX_ITEMS]]
    if isinstance(value, str):
        return value if _PLAIN.search(name) and _WORD.fullmatch(value) and not _DIGITS.search(value) else WITHHELD
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**12:
        return WITHHELD
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
