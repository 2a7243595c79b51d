"""GET /portal?secret=…: what an organization is billed for, shown once, here or where it is billed."""

from collections.abc import Iterator
from functools import partial
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.actors import SYSTEM
from domain.billing_subscriptions import ManagedBy
from domain.portal_texts import standing
from jobs.provider_portals import opened
from persistence import portal_sessions
from persistence.portal_sessions import Overview
from persistence.unit import Unit, transact
from resolvers.context import Platform
from server.headers import PAGE
from server.plain_pages import page

_USED = "This link was opened already, or its five minutes are over. Ask for another one where you came from."


def portal_routes(platform: Platform) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        spend = partial(_spend, request.query_params.get("secret", ""))
        overview = await transact(platform.database, spend, by=SYSTEM, at=platform.now())
        if overview is None:
            return page("Not here any more", _USED)
        elsewhere = await _at_provider(platform, overview)
        if elsewhere is not None:
            return RedirectResponse(elsewhere, 303, PAGE | {"cache-control": "no-store"})
        return page(f"Billing of {overview.organization}", "What you are billed for.", more="".join(_parts(overview)))

    return [Route("/portal", show)]


async def _at_provider(platform: Platform, overview: Overview) -> str | None:
    """The portal of whoever bills a subscription in our place."""
    for _, subscription in overview.subscriptions:
        if subscription.managed_by is ManagedBy.PROVIDER:
            return await opened(platform.database, subscription, overview.return_url, platform.now())
    return None


async def _spend(secret: str, db: Unit) -> Overview | None:
    return await portal_sessions.spend(db, secret)


def _parts(overview: Overview) -> Iterator[str]:
    yield from _list("Subscriptions", [f"{name}: {standing(one)}" for name, one in overview.subscriptions])
    methods = [
        f"{one.label}, {one.last4} ({one.currency}{', charged by itself' if one.is_default else ''})"
        for one in overview.methods
    ]
    yield from _list("Payment methods", methods)
    yield from _list(
        "Invoices", [f"{one.number}, {one.issue_on}: {one.total}, {one.status.name}" for one in overview.invoices]
    )
    yield f'\n<p><a href="{escape(overview.return_url)}">Go back</a></p>'


def _list(title: str, lines: list[str]) -> Iterator[str]:
    yield f"\n<h2>{title}</h2>\n<ul>"
    yield from (f"<li>{escape(line)}</li>" for line in lines or ["none"])
    yield "</ul>"
