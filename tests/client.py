"""A GraphQL client over the real ASGI application: requests go through HTTP, authentication and the real schema."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from integrations.vault import Vault
from persistence.database import Database
from resolvers.rate_limits import RateLimits
from server.app import create_app
from server.clock import Clock
from server.tallies import Tallies


class Faulted(AssertionError):
    """The answer has top-level errors where the test expected data."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(
            "; ".join(f"{error.get('extensions', {}).get('code')}: {error['message']}" for error in errors)
        )
        self.errors = errors


@dataclass(slots=True)
class Client:
    http: httpx2.AsyncClient
    tallies: Tallies = field(default_factory=Tallies)
    """What the server counts."""

    @property
    def statements(self) -> int:
        """How many statements operations took so far; looking up who asks is none of theirs."""
        return sum(tally.statements for tally in self.tallies.operations.values())

    @classmethod
    @asynccontextmanager
    async def serving(
        cls,
        database: Database,
        clock: Clock,
        *,
        is_sandbox: bool = True,
        # MILEPOST_PLANNER=off runs every test of the API without the planner.
        is_planned: bool = os.environ.get("MILEPOST_PLANNER") != "off",
        rate_limits: RateLimits | None = None,
        vault: Vault | None = None,
        origins: frozenset[bytes] = frozenset(),
    ) -> AsyncIterator[Self]:
        # Some tests count statements at pages larger than anybody may ask for.
        limits = rate_limits or RateLimits(ceiling=1_000_000)
        app = create_app(
            database,
            clock,
            is_sandbox=is_sandbox,
            is_planned=is_planned,
            rate_limits=limits,
            vault=vault,
            origins=origins,
        )
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://t") as http,
        ):
            yield cls(http, app.state.tallies)

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """The whole answer: data, errors and extensions."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables or {}}, headers=headers)
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, query: str, token: str | None = None, /, **variables: Any) -> dict[str, Any]:
        """The data; fails the test when there are errors."""
        body = await self.post(query, variables, token)
        if body.get("errors"):
            raise Faulted(body["errors"])
        data: dict[str, Any] = body["data"]
        return data
