"""The simulator's own page, in a sandbox only: the payer confirms a payment there, fails to, or leaves."""

import base64
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from integrations.simulator import charges
from integrations.simulator.charges import ChargeState, Entry
from integrations.simulator.pages import PATH
from integrations.simulator.tokens import HOSTED
from integrations.simulator.turns import opened
from resolvers.context import Platform
from server.headers import PAGE

MOST_BYTES = 1_000

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}button{font:inherit;padding:.6rem 1rem;margin:.3rem .5rem .3rem 0;border:2px solid #1b1b1b;"
    "border-radius:.3rem;background:#fff;color:#1b1b1b;cursor:pointer}button:focus-visible,a:focus-visible{outline:3px "
    "solid #0b57d0;outline-offset:2px}button[value=succeed]{background:#1b1b1b;color:#fff}"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_DONE = {
    ChargeState.CHARGED: "The payment is done.",
    ChargeState.AUTHORIZED: "The money is reserved.",
    ChargeState.DECLINED: "The payment was declined.",
    ChargeState.VOIDED: "The payment has ended; nothing was taken.",
    ChargeState.UNDER_WAY: "The payment is under way.",
}


def simulator_routes(platform: Platform) -> list[BaseRoute]:
    """None in production, where there is no simulator."""
    database_url = platform.database.url

    async def show(request: Request) -> Response:
        async with opened(database_url, platform.now()) as books:
            entry = await charges.by_id(books, request.path_params["id"])
        return _page(entry)

    async def act(request: Request) -> Response:
        outcome = await _outcome(request)
        async with opened(database_url, platform.now()) as books:
            entry = await charges.by_id(books, request.path_params["id"])
            if entry is None or outcome is None:
                return _page(entry)
            if outcome != "leave":
                await charges.act(books, entry, confirms=outcome == "succeed")
        return RedirectResponse(entry.return_url, 303) if _is_address(entry.return_url) else _page(entry)

    path = f"{PATH}/{{id}}"
    return [Route(path, show), Route(path, act, methods=["POST"])] if platform.is_sandbox else []


async def _outcome(request: Request) -> str | None:
    """The button that was pressed; None for whatever else was sent."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    pressed = parse_qs(body.decode("ascii", "replace")).get("outcome", [""])[0]
    return pressed if pressed in ("succeed", "fail", "leave") else None


def _page(entry: Entry | None) -> Response:
    if entry is None:
        text = "<p>The simulator knows no such payment. It may be of a sandbox that was begun anew.</p>"
        return _html("No such payment", text, "", 404)
    if entry.state is not ChargeState.ACTION:
        link = f'<p><a href="{escape(entry.return_url)}">Back</a></p>' if _is_address(entry.return_url) else ""
        return _html("Nothing to confirm", f"<p>{_DONE[entry.state]}</p>{link}", entry.return_url)
    asks = "Pay with a card that" if entry.token == HOSTED else "Confirm the payment (3-D Secure):"
    what = f"<p>{escape(entry.description)}: <strong>{escape(str(entry.amount))}</strong></p>"
    buttons = "".join(
        f'<button name="outcome" value="{value}">{text}</button>'
        for value, text in (("succeed", "Succeeds"), ("fail", "Fails"), ("leave", "Leave without either"))
    )
    form = f'<form method="post"><p id="asks">{asks}</p><div role="group" aria-labelledby="asks">{buttons}</div></form>'
    note = "<p>This is a sandbox: no money moves. Never type in anything of a real card.</p>"
    return _html("Simulated payment", what + form + note, entry.return_url)


def _html(title: str, content: str, return_url: str, status: int = 200) -> Response:
    # Browsers hold a form's redirect to its policy as well.
    leads = f"'self' {_origin(return_url)}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action {leads}; "
        "frame-ancestors 'none'"
    )
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - Milepost simulator</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(text, status, PAGE | {"content-security-policy": policy, "cache-control": "no-store"})


def _is_address(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    # What could end the directive stays out of the header.
    plain = parts.netloc.replace(".", "").replace(":", "").replace("-", "").isalnum()
    return f"{parts.scheme}://{parts.netloc}" if _is_address(url) and plain else ""
