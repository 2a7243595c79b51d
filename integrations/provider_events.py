"""What providers tell by themselves: each message names an object, which is then asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from domain.inbound_webhooks import SubjectKind

__all__ = ["FetchesProof", "NotGenuine", "SubjectKind", "Told", "Unreadable"]


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


@runtime_checkable
class FetchesProof(Protocol):
    """An adapter whose provider signs with certificates that have to be fetched: `told` itself asks nobody."""

    async def prepare_told(self, headers: Mapping[str, str]) -> None:
        """Gets what the message with these headers is proved with, unless it is there; never fails."""
        ...
