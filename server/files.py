"""PUT and GET /files/{key}: the bytes of files that are kept in a folder, for whoever has a signed address."""

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from domain.file_names import disposition
from integrations.file_links import PATH
from integrations.files import files_in_use
from integrations.local_files import Busy, LocalFiles, WrongSize

UPLOAD_SECONDS = 900.0
"""For all bytes of a file to arrive: as long as their address lasts."""

_GIVEN = {"accept-ranges": "none", "cache-control": "private, no-store", "cross-origin-resource-policy": "cross-origin"}
"""Pages of other origins may show images. Parts of a file are not given: who lost the connection begins anew."""


class _NotOpen(Exception):
    """The address opens nothing."""


def file_routes() -> list[BaseRoute]:
    path = f"{PATH}/{{key}}"
    return [Route(path, _receive, methods=["PUT"]), Route(path, _give, methods=["GET"])]


async def _receive(request: Request) -> Response:
    """Takes exactly the bytes that were announced. Nothing is read of a request whose address is not signed."""
    try:
        store, fields = _opened("PUT", request)
        size = int(fields["size"])
        if request.headers.get("content-length", str(size)) != str(size):
            raise WrongSize(f"Send exactly {size} bytes.")
        async with asyncio.timeout(UPLOAD_SECONDS):
            await store.receive(request.path_params["key"], request.stream(), size)
    except _NotOpen as error:
        return _refused(403, error)
    except WrongSize as error:
        return _refused(400, error)
    except Busy as error:
        return _refused(409, error)
    except TimeoutError:
        return _refused(408, f"The bytes did not arrive within {UPLOAD_SECONDS:.0f} seconds.")
    return Response()


async def _give(request: Request) -> Response:
    """Gives all of a file. What it is, and what it is called, stands signed in its address."""
    key = request.path_params["key"]
    try:
        store, fields = _opened("GET", request)
    except _NotOpen as error:
        return _refused(403, error)
    size = await store.size(key)
    if size is None:
        return _refused(404, "The file is not there any more.")
    headers = _GIVEN | {
        "content-length": str(size),
        "content-type": fields["type"],
        "content-disposition": disposition(fields["name"], fields["type"]),
    }
    return StreamingResponse(store.read(key), headers=headers)


def _opened(method: str, request: Request) -> tuple[LocalFiles, dict[str, str]]:
    store = files_in_use()
    if isinstance(store, LocalFiles):
        fields = store.links.read(method, request.path_params["key"], request.url.query, datetime.now(UTC))
        if fields is not None:
            return store, fields
    raise _NotOpen("This address was changed, or its time is over: ask for another one.")


def _refused(status: int, reason: object) -> Response:
    """What is left of a body would be taken for the next request."""
    return PlainTextResponse(f"{reason}\n", status, {"connection": "close"})
