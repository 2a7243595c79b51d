"""What a provider is asked to do for Milepost once, and what follows a lost answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from domain.actors import SYSTEM
from domain.attempts import NEVER_ARRIVED, AskedAbout, Attempt
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
class Errand(AskedAbout, Stateful):
    """Something a provider does once, in states of `CallState`.

    Its MOVES name send, confirm, fail, lose and find + its noun. Nothing is ever sent again to find out what became
    of it.
    """

    failure_code: str | None = None
    status: CallState = field(init=False)

    @property
    def is_under_way(self) -> bool:
        """Sent, with an outcome that is not known yet."""
        return self.status in (CallState.PROCESSING, CallState.UNKNOWN)

    def send(self, attempt: Attempt, *, at: datetime) -> None:
        """Marks it as under way. Committed before the call, so that a crash in between never sends it twice."""
        self._act("send", at)
        attempt.send(at=at)
        self.await_answer(at=at)

    def confirm(self, attempt: Attempt, provider_id: str, *, at: datetime) -> bool:
        """The provider proves that it is done; False when this one has ended already."""
        if not self.is_under_way:
            return False
        self._act("confirm", at)
        attempt.succeed(provider_id, "done")
        self.be_asked_no_more()
        self.record("succeeded", by=SYSTEM, at=at)
        return True

    def fail(self, attempt: Attempt, code: str, *, at: datetime) -> bool:
        """The provider says no; False when this one has ended already."""
        if not self.is_under_way:
            return False
        self._act("fail", at)
        attempt.fail(code)
        self.failure_code = code
        self.be_asked_no_more()
        self.record("failed", by=SYSTEM, at=at, data={"code": code})
        return True

    def is_on_its_way(self, attempt: Attempt, provider_id: str, *, at: datetime) -> None:
        """The provider has it and is not done: it will be asked again."""
        if not self.is_under_way:
            return
        if self.status is CallState.UNKNOWN:
            self._act("find", at)
        attempt.go_on(provider_id, "under way")
        self.be_known(at=at)

    def lose(self, attempt: Attempt, reason: str, *, at: datetime) -> None:
        """No answer, or none that can be understood: the provider will be asked what became of the call."""
        if self.status is not CallState.PROCESSING:
            return
        self._act("lose", at)
        attempt.lose(reason)
        self.be_unknown(at=at)
        self.record("became_unknown", by=SYSTEM, at=at)

    def ask(self, *, at: datetime) -> None:
        """Marks that the provider is asked now and says when next; committed before the question."""
        self.ask_again(at=at)

    def not_found(self, attempt: Attempt, *, at: datetime) -> bool:
        """The provider does not know the call; True when it has said so often enough for the errand to fail."""
        self.lose(attempt, "not found", at=at)
        return self.is_under_way and attempt.is_missing(at=at) and self.fail(attempt, NEVER_ARRIVED, at=at)

    def _act(self, verb: str, at: datetime) -> None:
        self.move_to(f"{verb}{type(self).__name__}", by=SYSTEM, at=at)
