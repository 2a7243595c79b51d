"""Calls to providers: each is stored before it is made, and asked about until its outcome is known."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

STALE_AFTER = timedelta(minutes=10)
"""How long an answer may take before the provider is asked what became of the call."""

ASK_AFTER = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=45))
ASK_EVERY = timedelta(hours=6)
"""The waits between questions about an unknown outcome: 5, 15 and 60 minutes after it, then every six hours."""

NOT_FOUND_GAP = timedelta(minutes=10)
"""Two answers "not found" this far apart prove that a call never arrived; one may just have been too early."""

UNKNOWN_TOO_LONG = timedelta(hours=72)
"""After this long without an answer, a person looks into it."""

NEVER_ARRIVED = "NEVER_ARRIVED"


class AttemptState(Enum):
    """The life of one call to a provider."""

    CREATED = "CREATED"
    SENT = "SENT"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(eq=False, kw_only=True)
class Attempt:
    """One call; its id is the provider's idempotency key, so that it never has an effect twice."""

    id: UUID
    number: int
    status: AttemptState = AttemptState.CREATED
    provider_id: str | None = None
    created_at: datetime
    sent_at: datetime | None = None
    not_found_at: datetime | None = None
    answer: dict[str, Any] = field(default_factory=dict)

    def send(self, *, at: datetime) -> None:
        self.status, self.sent_at = AttemptState.SENT, at

    def go_on(self, provider_id: str, outcome: str) -> None:
        """The provider has it and is not done."""
        self.status, self.provider_id, self.answer = AttemptState.SENT, provider_id, {"outcome": outcome}
        self.not_found_at = None

    def succeed(self, provider_id: str, outcome: str) -> None:
        self.status, self.provider_id, self.answer = AttemptState.SUCCEEDED, provider_id, {"outcome": outcome}

    def fail(self, code: str) -> None:
        self.status, self.answer = AttemptState.FAILED, {"outcome": "declined", "code": code}

    def lose(self, reason: str) -> None:
        self.status, self.answer = AttemptState.UNKNOWN, {"outcome": "none", "reason": reason}

    def is_missing(self, *, at: datetime) -> bool:
        """The provider does not know it; True once it has said so often enough.

        What it has given a name of its own did arrive, whatever it says now: perhaps it is asked with another account.
        """
        self.not_found_at = self.not_found_at or at
        return self.provider_id is None and at - self.not_found_at >= NOT_FOUND_GAP


@dataclass(eq=False, kw_only=True)
class AskedAbout:
    """What a provider is asked about until it has ended."""

    next_ask_at: datetime | None = None
    asked: int = 0
    unknown_since: datetime | None = None

    def await_answer(self, *, at: datetime) -> None:
        self.asked, self.next_ask_at = 0, at + STALE_AFTER

    def ask_again(self, *, at: datetime) -> None:
        """It is asked about now; says when next. Committed before the question."""
        self.asked += 1
        self.next_ask_at = at + (ASK_AFTER[self.asked] if self.asked < len(ASK_AFTER) else ASK_EVERY)

    def ask_at_once(self, *, at: datetime) -> None:
        self.asked, self.next_ask_at = 0, at

    def be_unknown(self, *, at: datetime) -> None:
        self.unknown_since, self.asked, self.next_ask_at = at, 0, at + ASK_AFTER[0]

    def be_known(self, *, at: datetime) -> None:
        """The provider knows it and is not done."""
        self.unknown_since, self.next_ask_at = None, max(self.next_ask_at or at, at + ASK_AFTER[0])

    def be_asked_no_more(self) -> None:
        self.next_ask_at = self.unknown_since = None
