"""What a provider is asked to do for Milepost: each call stored before it is made, and what follows a lost answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from domain.actors import SYSTEM
from domain.payments import ASK_AFTER, ASK_EVERY, NEVER_ARRIVED, NOT_FOUND_GAP, STALE_AFTER, AttemptState
from domain.states import Stateful


class CallState(Enum):
    """The life of an errand. UNKNOWN: the provider was called but its answer is missing; it is being asked."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


@dataclass(eq=False, kw_only=True)
class Attempt:
    """One call, stored before it is made; its id is the provider's idempotency key."""

    id: UUID
    number: int
    status: AttemptState
    provider_id: str | None
    created_at: datetime
    sent_at: datetime | None
    not_found_at: datetime | None
    answer: dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Errand(Stateful):
    """Something a provider does once, in states of `CallState`.

    Its MOVES name send, confirm, fail, lose and find + its noun. Nothing is ever sent again to find out what became
    of it.
    """

    failure_code: str | None = None
    next_ask_at: datetime | None = None
    asked: int = 0
    unknown_since: datetime | None = None
    status: CallState = field(init=False)

    @property
    def is_under_way(self) -> bool:
        """Sent, with an outcome that is not known yet."""
        return self.status in (CallState.PROCESSING, CallState.UNKNOWN)

    def send(self, attempt: Attempt, *, at: datetime) -> None:
        """Marks it as under way. Committed before the call, so that a crash in between never sends it twice."""
        self._act("send", at)
        attempt.status, attempt.sent_at = AttemptState.SENT, at
        self.next_ask_at = at + STALE_AFTER

    def confirm(self, attempt: Attempt, provider_id: str, *, at: datetime) -> bool:
        """The provider proves that it is done; False when this one has ended already."""
        if not self.is_under_way:
            return False
        self._act("confirm", at)
        attempt.status, attempt.provider_id, attempt.answer = AttemptState.SUCCEEDED, provider_id, {"outcome": "done"}
        self._be_asked_no_more()
        self.record("succeeded", by=SYSTEM, at=at)
        return True

    def fail(self, attempt: Attempt, code: str, *, at: datetime) -> bool:
        """The provider says no; False when this one has ended already."""
        if not self.is_under_way:
            return False
        self._act("fail", at)
        attempt.status, attempt.answer = AttemptState.FAILED, {"outcome": "declined", "code": code}
        self.failure_code = code
        self._be_asked_no_more()
        self.record("failed", by=SYSTEM, at=at, data={"code": code})
        return True

    def is_on_its_way(self, attempt: Attempt, provider_id: str, *, at: datetime) -> None:
        """The provider has it and is not done: it will be asked again."""
        if not self.is_under_way:
            return
        if self.status is CallState.UNKNOWN:
            self._act("find", at)
        attempt.status, attempt.provider_id, attempt.answer = AttemptState.SENT, provider_id, {"outcome": "under way"}
        self.unknown_since, self.next_ask_at = None, max(self.next_ask_at or at, at + ASK_AFTER[0])

    def lose(self, attempt: Attempt, reason: str, *, at: datetime) -> None:
        """No answer, or none that can be understood: the provider will be asked what became of the call."""
        if self.status is not CallState.PROCESSING:
            return
        self._act("lose", at)
        attempt.status, attempt.answer = AttemptState.UNKNOWN, {"outcome": "none", "reason": reason}
        self.unknown_since, self.asked, self.next_ask_at = at, 0, at + ASK_AFTER[0]
        self.record("became_unknown", by=SYSTEM, at=at)

    def ask(self, *, at: datetime) -> None:
        """Marks that the provider is asked now and says when next; committed before the question."""
        self.asked += 1
        self.next_ask_at = at + (ASK_AFTER[self.asked] if self.asked < len(ASK_AFTER) else ASK_EVERY)

    def not_found(self, attempt: Attempt, *, at: datetime) -> bool:
        """The provider does not know the call; True when it has said so often enough for the errand to fail."""
        self.lose(attempt, "not found", at=at)
        if not self.is_under_way:
            return False
        attempt.not_found_at = attempt.not_found_at or at
        return at - attempt.not_found_at >= NOT_FOUND_GAP and self.fail(attempt, NEVER_ARRIVED, at=at)

    def _act(self, verb: str, at: datetime) -> None:
        self.move_to(f"{verb}{type(self).__name__}", by=SYSTEM, at=at)

    def _be_asked_no_more(self) -> None:
        self.next_ask_at = self.unknown_since = None
