"""The WebSocket: graphql-transport-ws, signed in by its first message and watched for as long as it lives."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    SubscribeMessage,
)
from strawberry.types import ExecutionResult

from domain.actors import Actor, ActorKind
from domain.rate_limits import principal_of
from resolvers.context import Context
from resolvers.guards import NotSignedIn
from resolvers.listeners import lost
from server.auth import actor_by_now, caller_anew, token_of, until_watched
from server.documents import text_of
from server.errors import as_fault
from server.operations import Asked, is_end, results
from server.plans import Plans
from server.tallies import Tallies

MAX_SOCKETS, MAX_OPERATIONS = 10, 50
"""Of a person, key, app or address that is not signed in; and of a socket."""
WATCH_SECONDS = 2.0
INVALID, REVOKED, TOO_MANY = 4400, 4403, 4429

log = structlog.get_logger("milepost.socket")


class TextSocket(ASGIWebSocketAdapter):
    """Messages as text frames, which the protocol asks for."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(self.view.encode_json_string(message))
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code, reason)


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket. Every operation on it has a context of its own, made with the rights of that moment."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.watching: asyncio.Task[None] | None = None
        self.counted_for: UUID | str | None = None

    async def handle_message(self, message: Message) -> None:
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.websocket.close(INVALID, "Invalid message")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Signs in with the payload's token, else with the header's; nobody's sockets may ask what anybody may."""
        payload = message.get("payload") or {}
        if not self.connection_init_received and (token := token_of(payload)) is not None:
            self.context.viewer = await caller_anew(self.context.platform, token, self.context.ip)
        if not self.connection_init_received and not self.has_room():
            await self.websocket.close(TOO_MANY, "Too many sockets")
            return
        await super().handle_connection_init({"type": "connection_init", "payload": payload})
        if self.connection_acknowledged and self.watching is None and self.is_signed_in:
            self.watching = asyncio.create_task(self.watch())

    async def handle_ping(self, message: PingMessage) -> None:
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if not self.connection_acknowledged:
            await super().handle_subscribe(message)
            return
        payload: Any = message["payload"]
        try:
            if len(self.operations) >= MAX_OPERATIONS:
                text = f"A socket runs at most {MAX_OPERATIONS} operations at once."
                raise GraphQLError(text, extensions={"code": "RATE_LIMITED"})
            documents, extensions = self.context.platform.documents, payload.get("extensions")
            payload["query"] = text_of(documents, payload.get("query"), payload.get("documentId"), extensions)
        except GraphQLError as error:
            fault = _fault(error, self.context)
            await self.send_message({"id": message["id"], "type": "error", "payload": [fault.formatted]})
        else:
            await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Any operation to its end. A fault that ends it is an `error`; the socket and its other operations go on."""
        context = replace(self.context, request_id=secrets.token_hex(12), identify=self.identify, idempotency_key=None)
        try:
            context.viewer = await self.refresh()
            context.forget()
            asked = Asked(operation.query, operation.variables, operation.operation_name)
            async with aclosing(results(self.plans, asked, context)) as each:
                async for result in each:
                    if not await self.send_result(operation, result, context):
                        return
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except NotSignedIn:
            await self.revoke()
        except WebSocketDisconnected:
            log.debug("socket gone", request_id=context.request_id)
        except Exception as error:
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors([_fault(_wrapped(error), context)])
        finally:
            self.tallies.add(context)

    async def send_result(self, operation: Operation[Context, None], result: object, context: Context) -> bool:
        """Sends one result; False when it was the last, because the operation has failed as a whole."""
        if not isinstance(result, ExecutionResult):
            error = GraphQLError("Incremental delivery does not exist over this transport.")
            await operation.send_initial_errors([_fault(error, context)])
            return False
        errors = result.errors or []
        ended = is_end(result)
        if ended and self.is_signed_in and any(isinstance(one.original_error, NotSignedIn) for one in errors):
            raise NotSignedIn
        if errors:
            result.errors = [_fault(error, context) for error in errors]
        if ended:
            await operation.send_initial_errors(result.errors or [])
        else:
            await operation.send_next(result)
        return not ended

    @property
    def plans(self) -> Plans | None:
        plans: Plans | None = getattr(self.view, "plans")
        return plans

    @property
    def tallies(self) -> Tallies:
        tallies: Tallies = getattr(self.view, "tallies")
        return tallies

    def has_room(self) -> bool:
        """Whether its caller may have one more socket, which this one then is until it closes."""
        viewer, sockets = self.context.viewer, self.context.platform.rate_limits.sockets
        owner = viewer.user_id or principal_of(viewer, self.context.ip)
        if sockets[owner] >= MAX_SOCKETS:
            return False
        sockets[owner] += 1
        self.counted_for = owner
        return True

    @property
    def is_signed_in(self) -> bool:
        return self.context.viewer.kind is not ActorKind.ANONYMOUS

    async def identify(self) -> Actor:
        return await actor_by_now(self.context.platform, self.context.viewer)

    async def refresh(self) -> Actor:
        """Who the caller is by now. What still runs with rights that they have lost ends with FORBIDDEN; so does the
        socket where they have lost their organization itself."""
        before, viewer = self.context.viewer, await self.identify()
        self.context.viewer = viewer
        if why := lost(before, viewer):
            fault = _fault(_wrapped(why), self.context)
            for operation in self.others():
                if operation.task is not None and operation.id in self.operations:
                    operation.task.cancel()
                    await operation.send_initial_errors([fault])
            if viewer.organization_id is None:
                await self.revoke()
        return viewer

    async def watch(self) -> None:
        """Looks every few seconds whether the session still lives, and for whom: silent feeds must end too."""
        while True:
            await asyncio.sleep(until_watched(WATCH_SECONDS))
            try:
                await self.refresh()
            except NotSignedIn:
                await self.revoke()
                return
            except Exception as error:
                log.warning("cannot check the session of a socket", error=str(error))

    async def revoke(self) -> None:
        """Closes the socket because the session has ended; its operations end before, so that nothing more is sent."""
        for operation in self.others():
            if operation.task is not None:
                operation.task.cancel()
        self.operations.clear()
        await self.websocket.close(REVOKED, "Forbidden")

    def others(self) -> list[Operation[Context, None]]:
        """The running operations but the one that asks."""
        return [one for one in self.operations.values() if one.task is not asyncio.current_task()]

    async def shutdown(self) -> None:
        if self.counted_for is not None:
            sockets = self.context.platform.rate_limits.sockets
            sockets[self.counted_for] -= 1
            if not sockets[self.counted_for]:
                del sockets[self.counted_for]
        if self.watching is not None:
            self.watching.cancel()
            with suppress(asyncio.CancelledError):
                await self.watching
        await super().shutdown()


def _wrapped(cause: Exception) -> GraphQLError:
    return GraphQLError(str(cause), original_error=cause)


def _fault(error: GraphQLError, context: Context) -> GraphQLError:
    return as_fault(error, context.request_id, hints=context.platform.is_sandbox)


def _has_document(payload: dict[str, Any]) -> bool:
    """Whether a document is sent or named; whether there is one of that name is told by an `error`."""
    if "query" in payload:
        return isinstance(payload["query"], str)
    extensions = payload.get("extensions")
    return "documentId" in payload or (isinstance(extensions, dict) and "persistedQuery" in extensions)


def _is_message(message: object) -> bool:
    """Whether a message has the protocol's shape; which fields it needs is checked where it is handled."""
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
        return False
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        return False
    if message.get("type") != "subscribe":
        return isinstance(message.get("type"), str)
    if payload is None or not _has_document(payload):
        return False
    variables, name = payload.get("variables"), payload.get("operationName")
    return isinstance(variables, (dict, type(None))) and isinstance(name, (str, type(None)))
