"""The one way to say no: a typed refusal that names what is wrong and what would be possible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from domain.money import Money


class RefusalCode(Enum):
    """Why a mutation changed nothing."""

    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    INVALID = "INVALID"
    WRONG_STATE = "WRONG_STATE"
    CONFLICT = "CONFLICT"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
    LIMIT_REACHED = "LIMIT_REACHED"
    NOT_ENTITLED = "NOT_ENTITLED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    DISPUTED = "DISPUTED"
    PERIOD_LOCKED = "PERIOD_LOCKED"
    RATE_LIMITED = "RATE_LIMITED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong field of an input: where it is and what to change."""

    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A typed no. The fields behind `path` are filled for the codes that have them."""

    code: RefusalCode
    message: str
    path: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    from_state: str | None = None
    allowed: Sequence[str] | None = None
    used: int | None = None
    limit: int | None = None
    reset_at: datetime | None = None
    required_plan: str | None = None
    required: Money | None = None
    available: Money | None = None
    required_credits: int | None = None
    available_credits: int | None = None
    retry_after_seconds: int | None = None
    current_version: int | None = None


class Refused(Exception):
    """A refusal on its way to the caller; whoever raises it has changed nothing that will be committed."""

    def __init__(self, code: RefusalCode, message: str, **details: Any) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, message, **details)

    @property
    def code(self) -> RefusalCode:
        return self.refusal.code

    @property
    def problems(self) -> Sequence[Problem]:
        return self.refusal.problems


def not_found(what: str, *path: str) -> Refused:
    """The same answer for an unknown id and for somebody else's: nothing tells them apart."""
    return Refused(RefusalCode.NOT_FOUND, f"There is no such {what}, or you may not see it.", path=path)


def forbidden(message: str, *path: str) -> Refused:
    return Refused(RefusalCode.FORBIDDEN, message, path=path)


def invalid(message: str, *path: str) -> Refused:
    return Refused(RefusalCode.INVALID, message, path=path, problems=[Problem(path, message)])


def invalid_fields(problems: Iterable[Problem]) -> Refused:
    """All wrong fields of one input in one refusal, so that a form can mark each of them."""
    found = tuple(problems)
    message = found[0].message if len(found) == 1 else f"{len(found)} fields need a change; see problems."
    return Refused(RefusalCode.INVALID, message, path=found[0].path, problems=found)


def wrong_state(message: str, *, from_state: str, allowed: Sequence[str] = ()) -> Refused:
    return Refused(RefusalCode.WRONG_STATE, message, from_state=from_state, allowed=allowed)


def rate_limited(what: str, wait: timedelta) -> Refused:
    """Says when `what` is possible again, in whole seconds after which the wait is certainly over."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    return Refused(RefusalCode.RATE_LIMITED, f"{what} in {seconds} seconds.", retry_after_seconds=seconds)


def conflict(message: str, *path: str, current_version: int | None = None) -> Refused:
    return Refused(RefusalCode.CONFLICT, message, path=path, current_version=current_version)
