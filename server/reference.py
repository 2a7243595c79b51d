"""The reference at /reference: rendered from the served schema when a page is first asked for, and kept packed."""

import gzip
from functools import cache
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.headers import PAGE
from server.packed import packed_response
from server.reading_material import material

if TYPE_CHECKING:
    from clients.reference.site import Reference

_HTML = "text/html; charset=utf-8"
_ASSETS = {
    "style.css": "text/css; charset=utf-8",
    "script.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_HEADERS = PAGE | {
    "cache-control": "public, max-age=300",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}


def reference_routes() -> list[BaseRoute]:
    return [
        Route("/reference", _page),
        Route("/reference/index.json", _index),
        Route("/reference/assets/{name}", _asset),
        Route("/reference/{path}", _page),
    ]


async def _page(request: Request) -> Response:
    packed = await run_in_threadpool(_rendered, request.path_params.get("path", ""))
    if packed is None:
        return PlainTextResponse("The reference has no such page. Start at /reference.", 404)
    return packed_response(request, packed, _HTML, _HEADERS)


async def _index(request: Request) -> Response:
    return packed_response(request, await run_in_threadpool(_search_index), "application/json", _HEADERS)


async def _asset(request: Request) -> Response:
    from clients.reference.site import ASSETS

    name = request.path_params["name"]
    if name not in _ASSETS:
        return PlainTextResponse("The reference has no such file.", 404)
    return Response((ASSETS / name).read_bytes(), headers=_HEADERS, media_type=_ASSETS[name])


@cache
def _site() -> "Reference":
    from clients.reference.site import Reference

    return Reference(*material())


# Kept for pages that exist only; a few dozen, each some kilobytes once packed.
_kept: dict[str, bytes] = {}


def _rendered(path: str) -> bytes | None:
    if path not in _kept:
        text = _site().render(path)
        if text is None:
            return None
        _kept[path] = gzip.compress(text.encode(), mtime=0)
    return _kept[path]


@cache
def _search_index() -> bytes:
    return gzip.compress(_site().search_index(), mtime=0)
