"""What providers tell by themselves: each message names an object, which is then asked for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.inbound_webhooks import SubjectKind

__all__ = ["NotGenuine", "SubjectKind", "Told", "Unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message, proved to be the provider's. What it says about money is not believed but asked for."""

    external_id: str
    """Unique per provider and account."""
    type: str
    """The provider's own name for what happened."""
    account: str
    """Empty where it is the platform's own account."""
    occurred_at: datetime
    kind: SubjectKind
    """NOTHING: a type that has no effect here."""
    key: UUID | None
    """Ours, where the message carries it."""
    provider_id: str | None
    """The provider's id of the subject."""
    odd_key: str | None = None
    """What the message carries where our key should be, if that is no key: staff see it."""


class NotGenuine(Exception):
    """The signature is missing or wrong, or its time is too far from now."""


class Unreadable(Exception):
    """It is genuine, and cannot be understood."""
