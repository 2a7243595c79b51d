"""How shapes of JSON are written down here, and those that requests and answers share."""

from typing import Any

Schema = dict[str, Any]


def closed(*required: str, **fields: Schema) -> Schema:
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def text(most: int, pattern: str = "^[\\s\\S]*$", *, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}


def listed(item: Schema, *, least: int = 0, most: int = 1_000) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def one_of(*values: str) -> Schema:
    return {"enum": list(values)}


ANY: Schema = {}
FLAG: Schema = {"type": "boolean"}
NOTHING: Schema = closed()
CURRENCY = text(3, "^[A-Z]{3}$", least=3)
VALUE = text(32, r"^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$")
MONEY = closed("currency_code", "value", currency_code=CURRENCY, value=VALUE)
PAYOUT_MONEY = closed("currency", "value", currency=CURRENCY, value=VALUE)
URL = text(4_000, "^https?://")
LINKS = listed(closed("href", "rel", href=URL, rel=text(100), method=one_of("GET", "POST", "PATCH", "REDIRECT")))
ID = text(36, "^[A-Z0-9]+$")
TIME = text(
    64, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})$", least=20
)
STATUS_DETAILS = closed(reason=text(255))
