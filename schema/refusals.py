"""The one refusal type that every mutation may return."""

from datetime import datetime

from domain.refusals import Problem as DomainProblem
from domain.refusals import Refusal as DomainRefusal
from domain.refusals import RefusalCode
from schema.enums import describe
from schema.money import Money
from schema.scalars import Int64
from schema.shapes import plain, shows

describe(
    RefusalCode,
    "Why a mutation changed nothing. New codes may be added.",
    NOT_FOUND="There is no such object, or you may not see it.",
    FORBIDDEN="Your role or your side may not do this.",
    INVALID="Fields of the input are wrong; problems names all of them.",
    WRONG_STATE="The object is not in a state that allows this; see from and allowed.",
    CONFLICT="Something changed or exists that this contradicts; read again.",
    INSUFFICIENT_FUNDS="There is less money than this needs; see required and available.",
    INSUFFICIENT_CREDITS="There are fewer credits than this needs; see requiredCredits and availableCredits.",
    LIMIT_REACHED="A limit is used up; see used, limit, resetAt and requiredPlan.",
    NOT_ENTITLED="What your organization has bought or was granted does not include this feature now.",
    IDEMPOTENCY_KEY_REUSED="The key was used with another input; take a fresh one.",
    DISPUTED="An open dispute freezes this.",
    PERIOD_LOCKED="The date lies in a locked accounting period.",
    RATE_LIMITED="Too often; wait retryAfter seconds.",
    PROVIDER_UNAVAILABLE="An outside service cannot be reached; nothing was sent.",
)


@shows(DomainProblem, "One wrong field of an input.")
class Problem:
    path: list[str] = plain("Where it is, from the input's own fields inwards; list positions count from 0.")
    message: str = plain("What is wrong with it and what would be right.")


@shows(
    DomainRefusal, "A typed no: nothing was changed. The fields beyond path are filled for the codes that have them."
)
class Refusal:
    code: RefusalCode = plain("What kind of no this is; branch on this.")
    message: str = plain("An explanation for people, in English.")
    path: list[str] = plain("The input field it is about; empty when it is about none in particular.")
    problems: list[Problem] = plain(
        "INVALID: every wrong field at once. WRONG_STATE: what is in the way, where that is several things."
    )
    from_state: str | None = plain("WRONG_STATE: the state the object is in.", name="from")
    allowed: list[str] | None = plain("WRONG_STATE: the states that would have allowed it.")
    used: int | None = plain("LIMIT_REACHED: how much is used.")
    limit: int | None = plain("LIMIT_REACHED: how much is allowed.")
    reset_at: datetime | None = plain("LIMIT_REACHED: when the count starts afresh.")
    required_plan: str | None = plain(
        "LIMIT_REACHED, and NOT_ENTITLED of a verb: the code of the lowest plan that would allow it; null where there"
        " is none."
    )
    required: Money | None = plain("INSUFFICIENT_FUNDS: how much is needed.")
    available: Money | None = plain("INSUFFICIENT_FUNDS: how much there is.")
    required_credits: Int64 | None = plain("INSUFFICIENT_CREDITS: how many credits are needed.")
    available_credits: Int64 | None = plain("INSUFFICIENT_CREDITS: how many there are.")
    retry_after_seconds: int | None = plain("RATE_LIMITED: seconds to wait before trying again.", name="retryAfter")
    current_version: int | None = plain("CONFLICT: the version the object has now.")
