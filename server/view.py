"""The GraphQL endpoint: Strawberry's view with our context, our faults and orjson."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from resolvers.context import Context, Platform
from schema.api import schema
from server.auth import actor_of_token, bearer_token
from server.errors import as_fault, wait_of
from server.operations import Asked
from server.plans import Plans
from server.sockets import SocketHandler, TextSocket
from server.streams import Streams, has_mutation, wants_stream
from server.tallies import Tallies


class GraphQLView(GraphQL[Context, None]):
    """One per process."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = TextSocket

    def __init__(self, platform: Platform, plans: Plans | None, tallies: Tallies) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=10),
        )
        self.platform = platform
        self.plans, self.tallies = plans, tallies
        self.streams = Streams(plans, tallies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await (self._stream(request) if wants_stream(request) else self.run(request))
        except (HTTPException, UnicodeDecodeError) as error:
            response = _request_fault(request, error)
        await response(scope, receive, send)

    async def _stream(self, request: Request) -> Response:
        adapter = self.request_adapter_class(request)
        if not self.is_request_allowed(adapter):
            raise HTTPException(405, "GraphQL only supports GET and POST requests.")
        given = await self.parse_http_body(adapter)
        if isinstance(given, list) or not given.query:
            raise HTTPException(400, "No GraphQL query found in the request.")
        if request.method == "GET" and has_mutation(given.query):
            raise HTTPException(405, "Send mutations by POST.")
        context = await self.get_context(request, Response())
        context.last_event_id = request.headers.get("last-event-id")
        # The stream counts it itself, when it ends.
        del request.scope["state"]["context"]
        return self.streams.respond(Asked(given.query, given.variables, given.operation_name), context)

    def parse_json(self, data: str | bytes) -> Any:
        parsed = super().parse_json(data)
        if not isinstance(parsed, dict):
            raise HTTPException(400, "Send one JSON object with query, variables and operationName.")
        return parsed

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        given = await super().parse_http_body(request)
        if not isinstance(given, list) and not isinstance(given.operation_name, (str, type(None))):
            raise HTTPException(400, "The operationName must be a string or null, if provided.")
        return given

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        begun: Context | None = request.scope.get("state", {}).get("context")
        if begun is not None:
            return begun
        ip = request.client.host if request.client else ""
        token, is_sandbox = bearer_token(request), self.platform.is_sandbox
        viewer = await actor_of_token(self.platform.database, token, ip, is_sandbox=is_sandbox)
        context = request.scope["state"]["context"] = Context(
            platform=self.platform,
            viewer=viewer,
            request_id=request.scope.get("state", {}).get("request_id", ""),
            ip=ip,
            user_agent=request.headers.get("user-agent", "")[:300],
            idempotency_key=key_of(request.headers.get("idempotency-key", "")),
        )
        return context

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        request_id = request.scope.get("state", {}).get("request_id", "")
        if result.errors:
            result.errors = [as_fault(error, request_id) for error in result.errors]
        elif self.plans is not None:
            await self.plans.admit(request)
        return await super().process_result(request, result)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        response = super().create_response(response_data, sub_response)
        # A batch is refused as a whole before it comes here.
        if isinstance(response_data, dict) and (wait := wait_of(response_data)) is not None:
            response.status_code = 429
            response.headers["retry-after"] = str(wait)
        return response

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _request_fault(request: Request, error: HTTPException | UnicodeDecodeError) -> JSONResponse:
    """A request that is no GraphQL request: the same coded shape as every other fault."""
    status, reason = (
        (error.status_code, error.reason) if isinstance(error, HTTPException) else (400, "The body is not UTF-8.")
    )
    extensions = {"code": "BAD_USER_INPUT", "requestId": request.scope.get("state", {}).get("request_id", "")}
    return JSONResponse({"errors": [{"message": reason, "extensions": extensions}]}, status_code=status)


def key_of(header: str) -> UUID | None:
    """The Idempotency-Key header, which gives any mutation a key; anything but a UUID is no key."""
    try:
        return UUID(header) if header else None
    except ValueError:
        return None
