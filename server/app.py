"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from persistence.database import Database
from persistence.wakeups import Wakeups
from resolvers.context import Platform
from server.clock import Clock
from server.view import GraphQLView


def create_app(database: Database, clock: Clock) -> Starlette:
    """Everything a process serves; the caller owns the database and closes it."""
    platform = Platform(database=database, now=clock.now, wakeups=Wakeups(database))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await platform.wakeups.start()
        yield
        await platform.wakeups.stop()

    view = GraphQLView(platform)
    routes = [Route("/graphql", view), WebSocketRoute("/graphql", view)]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.platform = platform
    return app
