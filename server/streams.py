"""GraphQL over server-sent events: each operation has a stream of its own, which ends when it or its rights do."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Any

import orjson
from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.requests import Request
from starlette.responses import StreamingResponse
from strawberry.types import ExecutionResult

from domain.rate_limits import principal_of
from persistence.database import is_congestion, is_outage
from resolvers.context import Context
from resolvers.listeners import lost
from schema.limits import MAX_TOKENS, check_text
from schema.metering import OPERATIONS
from server.auth import actor_by_now, until_watched
from server.errors import as_fault
from server.operations import Asked, is_end, results
from server.plans import Plans
from server.tallies import Tallies

MEDIA_TYPE = "text/event-stream"
MOST_STREAMS = 50
"""Of one session or address at once."""
WATCH_SECONDS, SILENT_WATCHES = 2.0, 7
"""How often the rights of whoever listens are looked at, and after how many of these silence is broken again."""
_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
_ALIVE, _COMPLETE = b":\n\n", b"event: complete\ndata:\n\n"


class Streams:
    """The event streams of a process."""

    def __init__(self, plans: Plans | None, tallies: Tallies) -> None:
        self._plans, self._tallies = plans, tallies
        self._open: Counter[Hashable] = Counter()
        self._is_ending = False

    def end(self) -> None:
        """Lets all streams end within seconds. Without `complete`: whoever listens comes back where they were."""
        self._is_ending = True

    def respond(self, asked: Asked, context: Context) -> StreamingResponse:
        context.identify = lambda: actor_by_now(context.platform, context.viewer)
        return StreamingResponse(self._events(asked, context), media_type=MEDIA_TYPE, headers=_HEADERS)

    async def _events(self, asked: Asked, context: Context) -> AsyncGenerator[bytes, None]:
        # At once, so that whoever waits knows that there is a stream.
        yield _ALIVE
        try:
            with self._counted(context):
                async with aclosing(self._results(asked, context)) as each:
                    async for result in each:
                        yield _alive(context) if result is None else _next(result, context)
        except Exception as error:
            ended = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
            yield _next(ExecutionResult(None, [ended]), context)
        if not self._is_ending:
            yield _COMPLETE

    async def _results(self, asked: Asked, context: Context) -> AsyncGenerator[ExecutionResult | None, None]:
        """Each result as it comes; None where nothing has come for a while. Ends with the operation or the process."""
        silent = 0
        async with aclosing(results(self._plans, asked, context)) as each:
            coming = asyncio.ensure_future(anext(each, None))
            try:
                while not self._is_ending:
                    await asyncio.wait([coming], timeout=until_watched(WATCH_SECONDS))
                    if not coming.done():
                        await _check(asked, context)
                        if silent % SILENT_WATCHES == 0:
                            yield None
                        silent += 1
                        continue
                    result = coming.result()
                    if not isinstance(result, ExecutionResult):
                        return
                    yield result
                    coming, silent = asyncio.ensure_future(anext(each, None)), 0
            finally:
                coming.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await coming

    @contextmanager
    def _counted(self, context: Context) -> Iterator[None]:
        """RATE_LIMITED when its caller has as many streams as they may."""
        caller = principal_of(context.viewer, context.ip)
        if self._open[caller] >= MOST_STREAMS:
            text = f"At most {MOST_STREAMS} event streams may be open at once: close one first."
            raise GraphQLError(text, extensions={"code": "RATE_LIMITED"})
        self._open[caller] += 1
        self._tallies.streams += 1
        try:
            yield
        finally:
            self._tallies.streams -= 1
            self._tallies.add(context)
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


def wants_stream(request: Request) -> bool:
    return MEDIA_TYPE in request.headers.get("accept", "")


def has_mutation(query: str) -> bool:
    """Whether a document has a mutation, which no GET may run. What cannot be read has none, and is refused later."""
    try:
        check_text(query)
        document = parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError:
        return False
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return any(one.operation is OperationType.MUTATION for one in operations)


async def _check(asked: Asked, context: Context) -> None:
    """Raises when the reader of a feed has lost their session, key or rights, of which a silent one hears nothing.

    Queries and mutations run with the rights that they began with, as they do without a stream.
    """
    known = OPERATIONS.find(asked.query, asked.operation_name)
    if known is None or not known.is_subscription:
        return
    try:
        viewer = await actor_by_now(context.platform, context.viewer)
    except Exception as error:
        if is_outage(error) or is_congestion(error):
            return
        raise
    if why := lost(context.viewer, viewer):
        raise why


def _fault(error: GraphQLError, context: Context) -> GraphQLError:
    return as_fault(error, context.request_id, hints=context.platform.is_sandbox)


def _alive(context: Context) -> bytes:
    """Shows that somebody is there. A feed that is cut before its next message resumes where it is said to be."""
    return _ALIVE if context.caught_up_at is None else b"id: %b\n\n" % context.caught_up_at.encode()


def _next(result: ExecutionResult, context: Context) -> bytes:
    """A result as an event, with the cursor of a feed's message as its id."""
    payload: dict[str, Any] = {} if is_end(result) else {"data": result.data}
    if result.errors:
        payload["errors"] = [_fault(error, context).formatted for error in result.errors]
    if result.extensions:
        payload["extensions"] = result.extensions
    cursor = context.last_event_id
    place = b"" if cursor is None or is_end(result) else b"id: %b\n" % cursor.encode()
    return b"event: next\n%bdata: %b\n\n" % (place, orjson.dumps(payload))
