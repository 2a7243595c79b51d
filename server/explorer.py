"""The explorer at /explorer: its built files, and what they ask the server about this platform."""

import gzip
from dataclasses import asdict
from functools import cache
from pathlib import Path

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.headers import PAGE
from server.packed import packed_response
from server.reading_material import material
from server.seed import PASSWORD, SEEDED

BUILT = Path(__file__).parent.parent / "clients" / "explorer" / "built"
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
}
# The editor writes style elements and carries its icons as data; everything else comes from here or not at all.
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


def explorer_routes(*, is_sandbox: bool) -> list[BaseRoute]:
    """The page, its files by content hash, and its setup: examples, and in a sandbox whom to sign in as."""

    async def setup(request: Request) -> Response:
        packed = await run_in_threadpool(_setup, is_sandbox)
        return packed_response(request, packed, "application/json", {})

    return [
        Route("/explorer", _page),
        Route("/explorer/setup.json", setup),
        Route("/explorer/assets/{name}", _asset),
    ]


async def _page(request: Request) -> Response:
    headers = PAGE | {"content-security-policy": _POLICY, "cache-control": "no-cache"}
    return _file(request, "index.html", headers)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    # A worker has the policy of its own file, not that of the page.
    return _file(request, f"assets/{name}", {"content-security-policy": _POLICY, "cache-control": _FOREVER})


def _file(request: Request, name: str, headers: dict[str, str]) -> Response:
    """A built file; they lie here packed."""
    path = BUILT / f"{name}.gz"
    if name.count("/") > 1 or ".." in name or not path.is_file():
        return PlainTextResponse("The explorer has no such file. Reload the page: it may be of an older build.", 404)
    return packed_response(request, path.read_bytes(), _TYPES[Path(name).suffix], headers)


@cache
def _setup(is_sandbox: bool) -> bytes:
    people = [{"email": one.email, "what": one.what} for one in SEEDED] if is_sandbox else []
    password = PASSWORD if is_sandbox else ""
    _, examples = material()
    told = {"people": people, "password": password, "examples": [asdict(one) for one in examples]}
    return gzip.compress(orjson.dumps(told), mtime=0)
