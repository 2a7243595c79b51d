"""The app: requests and answers are held to the description, and one key is answered once."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from standins.counts import Counts
from standins.stripe import (
    accounts,
    charges,
    disputes,
    events,
    intents,
    invoices,
    money,
    payers,
    payouts,
    portal,
    prices,
    refunds,
    sessions,
    subscriptions,
)
from standins.stripe.contract import COUNTS, Contract, Outside
from standins.stripe.errors import StripeError, outside
from standins.stripe.lists import expanded
from standins.stripe.pages import Pages
from standins.stripe.world import PLATFORM, Call, Thing, World

Handler = Callable[[World, Call], Thing]

_MODULES = (
    accounts,
    charges,
    disputes,
    events,
    intents,
    invoices,
    money,
    payers,
    payouts,
    portal,
    prices,
    refunds,
    sessions,
    subscriptions,
)

OPERATIONS: dict[str, Handler] = {
    operation: handler for module in _MODULES for operation, handler in module.OPERATIONS.items()
}
"""All that is served, by the method and path that Stripe's description has for it."""


def contract(counts: Counts = COUNTS) -> Contract:
    """The contract of all that is served."""
    return Contract(OPERATIONS, counts)


def app(world: World) -> Starlette:
    """A stand-in with this memory."""
    served = [
        Route(path, _endpoint(world, method, path), methods=[method])
        for method, path in (operation.split(" ") for operation in OPERATIONS)
    ]
    # Stripe's description has names for all; a route with a word comes before one with a name in its place.
    served.sort(key=lambda route: route.path.count("{"))
    return Starlette(routes=[*served, *Pages(world).routes])


def _endpoint(world: World, method: str, path: str) -> Callable[[Request], Awaitable[JSONResponse]]:
    operation = f"{method} {path}"
    handler = OPERATIONS[operation]

    async def endpoint(request: Request) -> JSONResponse:
        try:
            call = _read(world, operation, request, (await request.body()).decode())
            return await _once(world, operation, handler, call, request)
        except StripeError as error:
            world.contract.check_answer(operation, error.status, error.body)
            return JSONResponse(error.body, error.status)
        except Outside as error:
            return JSONResponse({"error": {"type": "api_error", "message": f"A fault of the stand-in: {error}"}}, 500)

    return endpoint


def _read(world: World, operation: str, request: Request, form: str) -> Call:
    if not request.headers.get("authorization", "").startswith(("Bearer sk_test_", "Bearer rk_test_")):
        raise StripeError(401, "invalid_request_error", "Invalid API Key provided")
    try:
        version = request.headers.get("stripe-version")
        fields = world.contract.read_request(operation, request.path_params, request.url.query, form, version)
    except Outside as error:
        raise outside(str(error)) from None
    account = request.headers.get("stripe-account", PLATFORM)
    if account != PLATFORM:
        world.get("account", account)
    key = request.headers.get("idempotency-key")
    return Call(account=account, fields=fields, path=request.url.path, key=key)


async def _once(world: World, operation: str, handler: Handler, call: Call, request: Request) -> JSONResponse:
    """Only POST has keys: the first answer with one is kept, also when it is a refusal."""
    if call.key is None or request.method != "POST":
        status, answer = _answered(world, operation, handler, call)
        return JSONResponse(answer, status)
    asked = (request.method, request.url.path, json.dumps(call.fields, sort_keys=True))
    kept = world.keys.begin(call.account, call.key, asked)
    if kept is not None:
        return JSONResponse(kept.answer, kept.status, headers={"Idempotent-Replayed": "true"})
    if world.gate is not None:
        await world.gate.wait()
    status, answer = _answered(world, operation, handler, call)
    world.keys.end(call.account, call.key, status, answer)
    return JSONResponse(answer, status)


def _answered(world: World, operation: str, handler: Handler, call: Call) -> tuple[int, Any]:
    try:
        status, answer = 200, expanded(world, handler(world, call), call.fields.get("expand", []))
    except StripeError as error:
        status, answer = error.status, error.body
    # As it goes over the wire, so that later changes of the objects do not change what was answered.
    answer = json.loads(json.dumps(answer))
    world.contract.check_answer(operation, status, answer)
    return status, answer
