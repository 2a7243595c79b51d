"""One operation over a transport that streams, from its document to its last result: planned where it can be."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from domain.refusals import Refused
from persistence.database import is_outage
from planner.planning import Answer, Stream
from resolvers.context import Context
from resolvers.listeners import until_known
from resolvers.rate_limits import TooCostly
from resolvers.trusted_documents import NotTrusted
from schema.api import schema
from schema.metering import OPERATIONS, charge, learn, shown, start, told_late
from schema.readings import before_reading
from server.plans import Plans


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client sends."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    fault: GraphQLError | None = None
    """Why no document is meant."""


async def results(plans: Plans | None, asked: Asked, context: Context) -> AsyncGenerator[object, None]:
    """The result of a query or mutation, or a result for each event of a subscription.

    `data` of a planned result is JSON already (an orjson.Fragment). Faults are for the transport to show.
    """
    if asked.fault is not None:
        yield await refused(asked.fault, context)
        return
    try:
        planned = None if plans is None else await _planned(plans, asked, context)
    except (Refused, TooCostly, NotTrusted, GraphQLError) as error:
        yield _ended(error)
        return
    if planned is None:
        planned = await schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
        )
    async with aclosing(planned) as each:
        async for result in each:
            yield result


async def refused(fault: GraphQLError, context: Context) -> ExecutionResult:
    """What becomes of an operation that names no document: it counts as any other."""
    try:
        async with told_late(context):
            with suppress(NotTrusted):
                start(context, "", None)
    except Refused as error:
        return _ended(error)
    return _ended(fault)


def is_end(result: ExecutionResult) -> bool:
    """Whether the operation has failed as a whole. Errors of fields have a path; without one it is all of it."""
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and not any(one.path for one in result.errors or ())


async def _planned(plans: Plans, asked: Asked, context: Context) -> AsyncGenerator[object, None] | None:
    """The results by a plan; None where the ordinary executor has to give them, from the start."""
    known = OPERATIONS.find(asked.query, asked.operation_name)
    async with told_late(context):
        start(context, asked.query, known)
        plan = plans.plan_of(asked.query, asked.operation_name)
        if plan is None or plan.document is None:
            return None
        read = plan.document
        known = known or learn(asked.query, asked.operation_name, read.schema, read.node, read.operation)
        extensions = {"cost": shown(charge(context, known, asked.variables))}
        await before_reading(context, read.node, read.operation, asked.variables)
    if plan.is_subscription:
        stream = await plans.subscribe(plan, asked.variables, context)
        context.is_planned = stream is not None
        return None if stream is None else _messages(plans, stream, context, extensions)
    answer = await plans.answer(plan, asked.variables, context)
    if answer is None:
        context.forget()
        return None
    context.is_planned = True
    return _only(_result(answer, extensions))


async def _messages(
    plans: Plans, stream: Stream, context: Context, extensions: dict[str, Any]
) -> AsyncGenerator[object, None]:
    """Each comes once, and whole: one for which the database was away waits for its return."""
    try:
        async with aclosing(stream.events) as events:
            async for event in events:
                message = await _message(plans, stream, event, extensions)
                while _is_cut(message):
                    await until_known(context)
                    message = await _message(plans, stream, event, extensions)
                yield message
    except Exception as error:
        # As when the reader's rights have ended.
        yield _ended(error)


async def _message(plans: Plans, stream: Stream, event: object, extensions: dict[str, Any]) -> ExecutionResult:
    answer = await plans.planner.message(stream, event)
    if answer is not None:
        return _result(answer, extensions)
    executed = await stream.executed(event)
    return ExecutionResult(data=executed.data, errors=executed.errors, extensions=extensions)


def _is_cut(message: ExecutionResult) -> bool:
    """Whether some of it could not be read because the database was away."""
    causes = [one.original_error for one in message.errors or ()]
    return any(isinstance(cause, Exception) and is_outage(cause) for cause in causes)


async def _only(result: object) -> AsyncGenerator[object, None]:
    yield result


def _result(answer: Answer, extensions: dict[str, Any]) -> ExecutionResult:
    written: Any = orjson.Fragment(answer.body)
    return ExecutionResult(data=written, errors=None, extensions=extensions)


def _ended(error: Exception) -> ExecutionResult:
    """What ends an operation as a whole: a fault that belongs to none of its fields."""
    fault = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    return ExecutionResult(data=None, errors=[fault])
