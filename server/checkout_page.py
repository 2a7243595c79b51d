"""GET and POST /checkout/{sale}: sends a buyer's browser on to pay, and says what became of it."""

from html import escape
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.checkout_visits import Leave
from domain.refusals import Refused
from integrations.return_pages import BACK, checkout_page_of, is_proof
from jobs.checkouts import pay_again, visited
from resolvers.context import Platform
from server.headers import PAGE
from server.plain_pages import hex_id, no_page, page
from server.return_pages import brought_by

_PATH = "/checkout/{sale}"
_AGAIN_SECONDS = 2


def checkout_routes(platform: Platform) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        sale_id = _proved(request)
        if sale_id is None:
            return no_page()
        is_back = BACK in request.query_params
        brought = brought_by(request, BACK) if is_back else None
        step = await visited(platform.database, sale_id, platform.now(), brought=brought or None, is_back=is_back)
        if step is None:
            return no_page()
        if isinstance(step, Leave):
            return RedirectResponse(step.url, 303, PAGE | {"cache-control": "no-store"})
        button = '\n<form method="post"><button>Pay</button></form>' if step.may_retry else ""
        link = f'\n<p><a href="{escape(step.back_url)}">Go back</a></p>' if step.back_url else ""
        shown = step.shown
        return page(
            shown.title,
            shown.text,
            looks_again=shown.is_open,
            more=button + link,
            has_form=step.may_retry,
            seconds=_AGAIN_SECONDS,
        )

    async def retry(request: Request) -> Response:
        sale_id = _proved(request)
        if sale_id is None:
            return no_page()
        try:
            await pay_again(platform.database, sale_id, platform.now())
        except Refused as refused:
            return page("Not now", str(refused))
        return RedirectResponse(checkout_page_of(sale_id), 303, PAGE | {"cache-control": "no-store"})

    return [Route(_PATH, show), Route(_PATH, retry, methods=["POST"])]


def _proved(request: Request) -> UUID | None:
    """The sale of the address, for whoever holds its proof."""
    sale_id = hex_id(request.path_params["sale"])
    return sale_id if sale_id is not None and is_proof(sale_id, request.query_params.get("proof", "")) else None
