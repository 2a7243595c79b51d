"""The GraphQL endpoint: Strawberry's view with our context, our faults and orjson."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from resolvers.context import Context, Platform
from schema.api import schema
from server.auth import bearer_token, caller_anew
from server.documents import text_of
from server.errors import as_fault, wait_of
from server.media import GRAPHQL, JSON, answer_type
from server.operations import Asked, is_end, refused
from server.packed import PACKED_FROM, packed
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
            # The middleware has looked at the page that asks.
            allowed_origins=["*"],
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
            response = await (self._stream(request) if wants_stream(request) else self._answer(request))
        except (HTTPException, UnicodeDecodeError) as error:
            response = _request_fault(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if answer_type(request.headers.get("accept", "")) is None:
            raise HTTPException(406, f"Answers are {GRAPHQL}, {JSON} or text/event-stream: accept one of them.")
        # All of it, before it is looked up who calls: they may lose their rights while it arrives.
        await request.body()
        response = await self.run(request)
        context: Context = request.scope["state"]["context"]
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        is_large = not isinstance(response, StreamingResponse) and len(response.body) >= PACKED_FROM
        if is_large and takes_gzip and not context.has_changed:
            response.body = await packed(bytes(response.body))
            response.headers["content-length"] = str(len(response.body))
            response.headers.update({"content-encoding": "gzip", "vary": "accept-encoding"})
        return response

    async def _stream(self, request: Request) -> Response:
        adapter = self.request_adapter_class(request)
        if not self.is_request_allowed(adapter):
            raise HTTPException(405, "GraphQL only supports GET and POST requests.")
        given = await self.parse_http_body(adapter)
        asked = None if isinstance(given, list) else self._asked(given)
        if asked is None or not (asked.query or asked.fault):
            raise HTTPException(400, "No GraphQL query found in the request.")
        if request.method == "GET" and has_mutation(asked.query):
            raise HTTPException(405, "Send mutations by POST.")
        context = await self.get_context(request, Response())
        context.last_event_id = request.headers.get("last-event-id")
        # The stream counts it itself, when it ends.
        del request.scope["state"]["context"]
        return self.streams.respond(asked, context)

    def should_render_graphql_ide(self, request: object) -> bool:
        """The explorer has an address of its own."""
        return False

    def parse_json(self, data: str | bytes) -> Any:
        parsed = super().parse_json(data)
        if not isinstance(parsed, dict):
            raise HTTPException(400, "Send one JSON object with query, variables and operationName.")
        return parsed

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        if request.method == "POST" and (request.content_type or "").partition(";")[0].strip().lower() != JSON:
            raise HTTPException(415, f"Send JSON, with the header content-type: {JSON}.")
        given = await super().parse_http_body(request)
        if not isinstance(given, list) and not isinstance(given.operation_name, (str, type(None))):
            raise HTTPException(400, "The operationName must be a string or null, if provided.")
        is_get = request.method == "GET"
        asked = request.query_params if is_get else self.parse_json(await request.get_body())
        if not isinstance(given, list) and "documentId" in asked:
            given.extensions = {**(given.extensions or {}), "documentId": asked["documentId"]}
        return given

    def _asked(self, given: GraphQLRequestData) -> Asked:
        """With the document that is meant, or with why none is."""
        extensions, variables, name = given.extensions or {}, given.variables, given.operation_name
        try:
            query = text_of(self.platform.documents, given.query, extensions.get("documentId"), extensions)
        except GraphQLError as fault:
            return Asked("", variables, name, fault)
        return Asked(query or "", variables, name)

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        asked = self._asked(request_data)
        if asked.fault is not None:
            return await refused(asked.fault, context)
        given = replace(request_data, query=asked.query or None)
        return await super().execute_single(request, request_adapter, sub_response, context, root_value, given)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        begun: Context | None = request.scope.get("state", {}).get("context")
        if begun is not None:
            return begun
        ip = request.client.host if request.client else ""
        viewer = await caller_anew(self.platform, bearer_token(request), ip)
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
        request_id, is_refused = request.scope.get("state", {}).get("request_id", ""), is_end(result)
        if result.errors:
            hints = self.platform.is_sandbox
            result.errors = [as_fault(error, request_id, hints=hints) for error in result.errors]
        elif self.plans is not None:
            await self.plans.admit(request)
        answer = await super().process_result(request, result)
        if is_refused:
            # Nothing was executed, so there are no data, not even null.
            del answer["data"]
        return answer

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        sub_response = await super().get_sub_response(request)
        sub_response.media_type = answer_type(request.headers.get("accept", ""))
        return sub_response

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        # A batch is refused as a whole before it comes here.
        wait = wait_of(response_data) if isinstance(response_data, dict) else None
        is_refused, media_type = "data" not in response_data, sub_response.media_type or JSON
        status, headers = 400 if is_refused and media_type == GRAPHQL else 200, None
        if wait is not None:
            status, headers = wait[0], {"retry-after": str(wait[1])}
        return Response(self.encode_json(response_data), status, headers, media_type)

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _request_fault(request: Request, error: HTTPException | UnicodeDecodeError) -> JSONResponse:
    """A request that is no GraphQL request: the same coded shape as every other fault."""
    status, reason = (
        (error.status_code, error.reason) if isinstance(error, HTTPException) else (400, "The body is not UTF-8.")
    )
    headers = None
    if request.method == "GET" and isinstance(error.__cause__, InvalidOperationTypeError):
        status, reason = 405, "Send mutations by POST, and subscriptions over a socket or as an event stream."
    if status == 405:
        headers = {"allow": "POST" if request.method == "GET" else "GET, POST"}
    extensions = {"code": "BAD_USER_INPUT", "requestId": request.scope.get("state", {}).get("request_id", "")}
    media_type = answer_type(request.headers.get("accept", "")) or JSON
    return JSONResponse({"errors": [{"message": reason, "extensions": extensions}]}, status, headers, media_type)


def key_of(header: str) -> UUID | None:
    """The Idempotency-Key header, which gives any mutation a key; anything but a UUID is no key."""
    try:
        return UUID(header) if header else None
    except ValueError:
        return None
