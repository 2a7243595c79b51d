"""The ASGI application."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from domain.bus import Bus
from domain.rate_limits import CallerKind
from integrations.vault import Vault, vault_in_use
from persistence.database import Database
from persistence.wakeups import Wakeups
from resolvers.context import DEVELOPMENT_ISSUER, Platform
from resolvers.rate_limits import RateLimits
from schema.api import sdl
from server.browsers import Browsers
from server.checkout_page import checkout_routes
from server.clock import Clock
from server.explorer import explorer_routes
from server.files import file_routes
from server.health import Health
from server.jwks import jwks_route
from server.metrics import Metrics
from server.middleware import RequestMiddleware
from server.packed import packed_response
from server.planned_requests import PlannedRequests
from server.plans import Plans
from server.portal_page import portal_routes
from server.reference import reference_routes
from server.return_pages import return_route
from server.simulator_page import simulator_routes
from server.unsubscribe_page import unsubscribe_routes
from server.view import GraphQLView
from server.webhooks import Webhooks


def create_app(
    database: Database,
    clock: Clock,
    *,
    is_sandbox: bool = True,
    is_planned: bool = True,
    rate_limits: RateLimits | None = None,
    free_form: frozenset[CallerKind] = frozenset(CallerKind),
    metrics_token: str | None = None,
    vault: Vault | None = None,
    origins: frozenset[bytes] = frozenset(),
    issuer: str = DEVELOPMENT_ISSUER,
    bus: Bus | None = None,
) -> Starlette:
    """Everything a process serves; the caller owns the database and closes it."""
    platform = Platform(
        database=database,
        now=clock.now,
        wakeups=Wakeups(database, bus),
        rate_limits=rate_limits or RateLimits(),
        free_form=free_form,
        vault=vault or vault_in_use(),
        issuer=issuer,
        is_sandbox=is_sandbox,
        origins=origins,
        ahead=lambda: clock.ahead,
        reload_clock=partial(clock.reload, database),
    )
    health, plans = Health(database, bus), Plans(database) if is_planned else None
    platform.probe = health.known
    planned = None if plans is None else PlannedRequests(platform, plans)
    metrics = Metrics(metrics_token, platform, {} if plans is None else plans.fallbacks)
    view = GraphQLView(platform, plans, metrics.tallies)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await platform.wakeups.start()
        async with metrics.watching(), metrics.tallies.app_calls.written_to(database):
            yield
        await platform.wakeups.stop()
        await database.pins.close()

    app = Starlette(routes=_routes(view, health, metrics, is_sandbox=is_sandbox), lifespan=lifespan)
    # Around everything, so that what is planned goes through nothing else.
    inner, browsers = app.build_middleware_stack(), Browsers(origins, is_sandbox)
    app.middleware_stack = RequestMiddleware(inner, metrics.tallies, planned, browsers)
    app.state.platform = platform
    app.state.health, app.state.plans = health, plans
    app.state.tallies, app.state.streams = metrics.tallies, view.streams
    return app


def _routes(view: GraphQLView, health: Health, metrics: Metrics, *, is_sandbox: bool) -> list[BaseRoute]:
    return [
        Route("/graphql", view),
        WebSocketRoute("/graphql", view),
        Route("/schema.graphql", _schema),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route("/metrics", metrics.serve),
        Webhooks(view.platform, metrics.tallies).route,
        return_route(view.platform),
        *checkout_routes(view.platform),
        *portal_routes(view.platform),
        *unsubscribe_routes(view.platform),
        jwks_route(health.database),
        *file_routes(),
        *explorer_routes(is_sandbox=is_sandbox),
        *reference_routes(),
        *simulator_routes(view.platform),
    ]


async def _schema(request: Request) -> Response:
    """The SDL, for client generators."""
    return packed_response(request, await run_in_threadpool(_packed_schema), "text/plain; charset=utf-8", {})


@cache
def _packed_schema() -> bytes:
    return gzip.compress(sdl().encode(), mtime=0)
