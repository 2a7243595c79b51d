"""Answers that are kept packed: sent as they lie to whoever takes gzip, unpacked for everybody else."""

import gzip

from starlette.requests import Request
from starlette.responses import Response


def packed_response(request: Request, packed: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """The content of gzip bytes."""
    headers = headers | {"vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"content-encoding": "gzip"}, media_type=media_type)
    return Response(gzip.decompress(packed), headers=headers, media_type=media_type)
