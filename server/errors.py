"""Protocol faults: the only errors clients see in `errors[]`, each with a code and the request's id."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from domain.refusals import RefusalCode, Refused
from persistence.database import is_outage
from persistence.work import CURRENT
from planner.pages import BadPage
from resolvers.guards import NotAllowed, NotSignedIn, NotVerified, SecondFactorWanted
from resolvers.rate_limits import TooCostly
from resolvers.trusted_documents import NotTrusted

log = structlog.get_logger(__name__)

MASKED = "Something went wrong on our side; it has been logged."
AWAY = "The database could not be reached for a moment. Repeat this, what changes something with the same key."
AWAY_SECONDS = 1
"""After how long it makes sense to repeat that."""
_HINT = re.compile(r" Did you mean [^?]*\?")
FAULTS: Counter[str] = Counter()
"""How many of each code this process has answered."""


def as_fault(error: GraphQLError, request_id: str, *, hints: bool = True) -> GraphQLError:
    """The error as clients may see it: known faults with their code, everything else masked as INTERNAL and logged.

    Without `hints` it does not suggest names of the schema that are like a wrong one.
    """
    cause = error.original_error
    if isinstance(cause, (CannotGetOperationTypeError, InvalidOperationTypeError)):
        return _fault(error, "The document has no such operation.", "BAD_USER_INPUT", request_id)
    if cause is None or isinstance(cause, GraphQLError):
        given = error.extensions or {}
        beyond = {"limit": given["limit"]} if "limit" in given else {}
        message, code = error.message if hints else _HINT.sub("", error.message), given.get("code")
        return _fault(error, message, str(code or "GRAPHQL_VALIDATION_FAILED"), request_id, **beyond)
    if isinstance(cause, NotSignedIn):
        return _fault(error, "Sign in first: this needs a valid session or API key.", "UNAUTHENTICATED", request_id)
    if isinstance(cause, (NotAllowed, NotVerified, SecondFactorWanted)):
        return _fault(error, str(cause), "FORBIDDEN", request_id)
    if isinstance(cause, BadPage):
        return _fault(error, str(cause), "BAD_USER_INPUT", request_id, argument=[cause.argument])
    if isinstance(cause, NotTrusted):
        return _fault(error, str(cause), "DOCUMENT_NOT_TRUSTED", request_id)
    if isinstance(cause, TooCostly):
        return _fault(error, str(cause), "COST_EXCEEDED", request_id, cost=cause.cost, limit=cause.limit)
    if isinstance(cause, Refused):
        return _refused(error, cause, request_id)
    _, code, message, more = unexpected(cause, request_id, path=error.path)
    return _fault(error, message, code, request_id, **more)


def unexpected(cause: Exception, request_id: str, **where: object) -> tuple[int, str, str, dict[str, int]]:
    """What is no fault of who asks: status, code, message and further extensions of the answer. It is logged."""
    if is_outage(cause):
        log.warning("the database is away", error=str(cause), request_id=request_id, **where)
        return 503, "UNAVAILABLE", AWAY, {"retryAfter": AWAY_SECONDS}
    log.error("unexpected", exc_info=cause, request_id=request_id, **where)
    return 500, "INTERNAL", MASKED, {}


def _refused(error: GraphQLError, cause: Refused, request_id: str) -> GraphQLError:
    """What a field of a query was refused for: only mutations have refusals in their answers."""
    if cause.code is RefusalCode.FORBIDDEN:
        return _fault(error, str(cause), "FORBIDDEN", request_id)
    if cause.code is RefusalCode.RATE_LIMITED:
        return _fault(error, str(cause), "RATE_LIMITED", request_id, retryAfter=cause.refusal.retry_after_seconds)
    return _fault(error, str(cause), "BAD_USER_INPUT", request_id, argument=list(cause.refusal.path))


def wait_of(answer: Mapping[str, Any]) -> tuple[int, int] | None:
    """The status of an answer to what may be repeated as it is, and after how many seconds: an operation that came too
    often, or while the database was away. None for every other answer."""
    errors = [one["extensions"] for one in answer.get("errors") or () if answer.get("data") is None]
    seconds = max((one.get("retryAfter", 0) for one in errors), default=0)
    is_away = any(one["code"] == "UNAVAILABLE" for one in errors)
    return (503 if is_away else 429, seconds) if seconds else None


def _fault(error: GraphQLError, message: str, code: str, request_id: str, **more: object) -> GraphQLError:
    FAULTS[code] += 1
    if (work := CURRENT.get()) is not None:
        work.faults += 1
    extensions = {"code": code, "requestId": request_id, **more}
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)
