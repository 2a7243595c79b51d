"""GET /pay/return/{payment}: where a payer's browser comes back to from a provider, unless it has a page of its own."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.payment_texts import returning
from integrations.return_pages import is_proof
from jobs.payments import come_back
from resolvers.context import Platform
from server.plain_pages import hex_id, no_page, page

_LONGEST = 4_000


def return_route(platform: Platform) -> Route:
    async def serve(request: Request) -> Response:
        """The state and the amount, for whoever holds the proof; what the provider added is taken along to it."""
        payment_id = hex_id(request.path_params["payment"])
        if payment_id is None or not is_proof(payment_id, request.query_params.get("proof", "")):
            return no_page()
        return await _answer(platform, payment_id, brought_by(request), platform.now())

    return Route("/pay/return/{payment}", serve)


def brought_by(request: Request, *ours: str) -> str:
    """What a provider has added to an address of ours."""
    brought = [(name, value) for name, value in request.query_params.multi_items() if name not in ("proof", *ours)]
    return urlencode(brought)[:_LONGEST]


async def _answer(platform: Platform, payment_id: UUID, brought: str, now: datetime) -> Response:
    payment = await come_back(platform.database, payment_id, brought or None, now)
    if payment is None:
        return no_page()
    shown = returning(payment)
    return page(shown.title, shown.text, looks_again=shown.is_open)
