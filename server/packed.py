"""Packed answers: those that are kept packed, and large ones that are packed as they leave."""

import gzip
import zlib

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

PACKED_FROM = 2_000
"""Bytes; less than this is hardly sooner there."""
_QUICKLY = 1
_LARGE = 100_000
"""Bytes that take so long that others must not wait for them."""


def packed_response(request: Request, packed: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """The content of gzip bytes, as they lie to whoever takes gzip, unpacked for everybody else."""
    headers = headers | {"vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"content-encoding": "gzip"}, media_type=media_type)
    return Response(gzip.decompress(packed), headers=headers, media_type=media_type)


async def packed(body: bytes) -> bytes:
    """The body in gzip."""
    return await run_in_threadpool(_packed, body) if len(body) > _LARGE else _packed(body)


def _packed(body: bytes) -> bytes:
    return zlib.compress(body, _QUICKLY, wbits=31)
