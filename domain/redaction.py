"""What of an input may be kept: ids, numbers, instants and choices. Text that somebody wrote never is."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from domain.checks import camel
from domain.currencies import EXPONENTS

WITHHELD = "[withheld]"


def redacted(value: Any, name: str = "") -> Any:
    """The value as JSON without floats. Passwords, tokens, names and addresses are all text: none gets through."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (UUID, Decimal, date)):
        return str(value)
    if isinstance(value, str):
        return value if name == "currency" and value in EXPONENTS else WITHHELD
    if isinstance(value, Mapping):
        return {camel(one): redacted(below, one) for one, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(one, name) for one in value]
    if is_dataclass(value):
        return {camel(one.name): redacted(getattr(value, one.name), one.name) for one in fields(value)}
    return WITHHELD
