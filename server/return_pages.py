"""GET /pay/return/{payment}: where a payer's browser comes back to from a provider, unless it has a page of its own."""

from datetime import datetime
from html import escape
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.payment_texts import returning
from integrations.return_pages import is_proof
from jobs.payments import come_back
from resolvers.context import Platform
from server.headers import PAGE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = PAGE | {"content-security-policy": _POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer"}
_LONGEST = 4_000
_AGAIN_SECONDS = 5

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">{again}
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto; padding: 0 1rem; color: #1d2733 }}
h1 {{ font-size: 1.5rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""


def return_route(platform: Platform) -> Route:
    async def serve(request: Request) -> Response:
        """The state and the amount, for whoever holds the proof; what the provider added is taken along to it."""
        payment_id = _id(request.path_params["payment"])
        brought = [(name, value) for name, value in request.query_params.multi_items() if name != "proof"]
        if payment_id is None or not is_proof(payment_id, request.query_params.get("proof", "")):
            return PlainTextResponse("There is no such page.", 404, _HEADERS)
        return await _answer(platform, payment_id, urlencode(brought)[:_LONGEST], platform.now())

    return Route("/pay/return/{payment}", serve)


async def _answer(platform: Platform, payment_id: UUID, brought: str, now: datetime) -> Response:
    payment = await come_back(platform.database, payment_id, brought or None, now)
    if payment is None:
        return PlainTextResponse("There is no such page.", 404, _HEADERS)
    shown = returning(payment)
    again = f'\n<meta http-equiv="refresh" content="{_AGAIN_SECONDS}">' if shown.is_open else ""
    return HTMLResponse(_PAGE.format(title=escape(shown.title), text=escape(shown.text), again=again), 200, _HEADERS)


def _id(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
