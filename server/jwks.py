"""/.well-known/jwks.json: the public keys by which apps check who has signed in to them."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from integrations.signing import jwks
from persistence import signing_keys
from persistence.database import Database

_HEADERS = {"cache-control": "public, max-age=3600", "access-control-allow-origin": "*"}


def jwks_route(database: Database) -> Route:
    async def serve(request: Request) -> JSONResponse:
        """What is signed with may be kept for an hour: keys are published a day before they sign."""
        async with database.reader() as session:
            keys = await signing_keys.published(session, datetime.now(UTC))
        # Before the very first key there is nothing that anybody should keep.
        return JSONResponse(jwks(keys), headers=_HEADERS if keys else None)

    return Route("/.well-known/jwks.json", serve)
