"""The app: requests are checked against what Adyen documents, and one idempotency key is answered once."""

import json
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.adyen import changes, contract, disputes, payments, platform
from standins.adyen.errors import AdyenError
from standins.adyen.pages import Pages
from standins.adyen.reports import Reports
from standins.adyen.world import Thing, World

Handler = Callable[[World, str, Thing], Thing]

_CHECKOUT, _DISPUTES = "/checkout/v71", "/ca/services/DisputeService/v30"
OPERATIONS: dict[str, Handler] = {
    f"POST {_CHECKOUT}/payments": payments.pay,
    f"POST {_CHECKOUT}/payments/details": payments.details,
    f"POST {_CHECKOUT}/payments/{{psp}}/captures": changes.capture,
    f"POST {_CHECKOUT}/payments/{{psp}}/cancels": changes.cancel,
    f"POST {_CHECKOUT}/payments/{{psp}}/refunds": changes.refund,
    f"POST {_CHECKOUT}/cancels": changes.cancel_by_reference,
    f"POST {_CHECKOUT}/paymentLinks": payments.make_link,
    f"GET {_CHECKOUT}/paymentLinks/{{id}}": payments.show_link,
    f"PATCH {_CHECKOUT}/paymentLinks/{{id}}": payments.expire_link,
    f"GET {_CHECKOUT}/storedPaymentMethods": payments.stored_methods,
    "POST /btl/v4/transfers": platform.transfer,
    "GET /btl/v4/transfers": platform.list_transfers,
    "GET /btl/v4/transfers/{id}": platform.show_transfer,
    "POST /lem/v3/legalEntities": platform.make_entity,
    "GET /lem/v3/legalEntities/{id}": platform.show_entity,
    "POST /lem/v3/legalEntities/{id}/onboardingLinks": platform.make_onboarding_link,
    "GET /lem/v3/transferInstruments/{id}": platform.show_instrument,
    "POST /bcl/v2/accountHolders": platform.make_holder,
    f"POST {_DISPUTES}/acceptDispute": disputes.accept,
    f"POST {_DISPUTES}/retrieveApplicableDefenseReasons": disputes.reasons,
    f"POST {_DISPUTES}/supplyDefenseDocument": disputes.supply,
    f"POST {_DISPUTES}/defendDispute": disputes.defend,
}
"""All that is served, by method and path."""


def app(world: World) -> Starlette:
    """A stand-in with this memory."""
    served = [
        Route(path, _endpoint(world, method, path), methods=[method]) for method, path in map(str.split, OPERATIONS)
    ]
    return Starlette(
        routes=[*served, *Pages(world).routes, *Reports(world).routes], exception_handlers={AdyenError: _explained}
    )


def _endpoint(world: World, method: str, path: str) -> Callable[[Request], Awaitable[Response]]:
    operation = f"{method} {path}"

    async def endpoint(request: Request) -> Response:
        if request.headers.get("x-api-key") != world.api_key:
            raise AdyenError(401, "000", "HTTP Status Response - Unauthorized")
        body = await request.body()
        content: Thing = dict(request.query_params) if method == "GET" else json.loads(body)
        contract.check(operation, content)
        named = next(iter(request.path_params.values()), "")
        key = (request.url.path, request.headers.get("idempotency-key", ""))
        if method != "POST" or not key[1]:
            answer = OPERATIONS[operation](world, named, content)
            contract.check_answer(operation, answer)
            return JSONResponse(answer)
        if key not in world.answers:
            world.answers[key] = (body, *_answered(world, operation, named, content))
        asked, status, kept = world.answers[key]
        if asked != body:
            raise AdyenError(422, "704", "The key was used for another request")
        return JSONResponse(kept, status, headers={"idempotency-key": key[1]})

    return endpoint


def _answered(world: World, operation: str, named: str, content: Thing) -> tuple[int, Thing]:
    try:
        answer = OPERATIONS[operation](world, named, content)
    except AdyenError as error:
        return error.status, error.body
    # As it goes over the wire: what changes afterwards does not change what was answered.
    copied: Thing = json.loads(json.dumps(answer))
    contract.check_answer(operation, copied)
    return 200, copied


async def _explained(_: Request, error: Exception) -> Response:
    if not isinstance(error, AdyenError):
        raise error
    return JSONResponse(error.body, error.status)
