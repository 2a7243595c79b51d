"""Whole answers over HTTP are the same with the planner and without: data, errors with their paths, and costs."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx2
import pytest

from resolvers.rate_limits import RateLimits
from server.app import create_app
from server.clock import Clock
from server.plans import Plans
from tests.contract.busy_platform import Busy, make_busy
from tests.contract.random_documents import Document, Writer
from tests.contract.trials import known_of
from tests.world import World

SAMPLE = 16
_REQUEST = re.compile(r'"requestId":"[^"]*"')

PAGE = "query($n: Int, $after: Cursor) { gigs(first: $n, after: $after) { nodes { id title } } }"
BELOW = "query($n: Int) { gigs { nodes { title late: proposals(first: $n) { totalCount } } } liveCursor }"
NODE = "query($id: ID!) { node(id: $id) { __typename id ... on Gig { status } } rateLimit { available } }"
MONEY = (
    "query($of: LedgerAccountFilter) { ledgerAccounts(first: 2, filter: $of) { nodes { code } } gigs { totalCount } }"
)
EXPENSIVE = "query($n: Int) { gigs(first: $n) { nodes { proposals(first: $n) { nodes { history(first: $n) { totalCount"
EXPENSIVE += " } } } } } }"

FIXED = [
    (PAGE, {"n": 2}),
    (PAGE, {"n": 0}),
    (PAGE, {"n": 101}),
    (PAGE, {"n": "2"}),
    (PAGE, {"after": "nonsense"}),
    (PAGE, {"n": None, "after": None}),
    (BELOW, {"n": 1}),
    (BELOW, {"n": -1}),
    (NODE, {"id": "x_1"}),
    (NODE, {"id": f"gig_{'0' * 32}"}),
    (NODE, {}),
    (MONEY, {}),
    (MONEY, {"of": {"organizationId": "gig_1"}}),
    (MONEY, {"of": {"unknown": 1}}),
    (EXPENSIVE, {"n": 1}),
    (EXPENSIVE, {"n": 100}),
    ("{ clock { now isSandbox } gigs { totalCount } }", {}),
    ("{ gigs { nothing } }", {}),
    ("{ gigs { nodes { id }", {}),
]
"""What succeeds comes first, so that the document is known when it comes with values that are refused."""


class Still(Clock):
    """A clock that stands, so that what depends on the time is the same whenever it is asked."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@asynccontextmanager
async def serving(
    world: World, clock: Clock, *, is_planned: bool
) -> AsyncIterator[tuple[httpx2.AsyncClient, Plans | None]]:
    # An hour between two questions to this clock: whoever asks has all of their allowance again.
    limits = RateLimits(ceiling=2_000, clock=count(0, 3600).__next__)
    app = create_app(world.database, clock, is_planned=is_planned, rate_limits=limits)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://t") as http,
    ):
        yield http, app.state.plans


async def answer(http: httpx2.AsyncClient, document: Document, token: str | None) -> tuple[int, str]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    asked: dict[str, Any] = {"query": document.text, "variables": document.variables}
    given = await http.post("/graphql", json=asked, headers=headers)
    return given.status_code, _REQUEST.sub("", given.text)


@pytest.fixture
async def busy(world: World) -> Busy:
    return await make_busy(world)


async def test_whole_answers_are_the_same_with_the_planner_and_without(world: World, busy: Busy) -> None:
    tokens = [busy.staff.token, busy.client.token, busy.freelancer.token, None]
    known = await known_of(world)
    documents = [Document(*one) for one in FIXED]
    written = [Writer(Random(number), known).document() for number in range(SAMPLE)]
    # The audit log grows meanwhile: what is denied is written down.
    documents += [one for one in written if "verifyAuditChain" not in one.text]
    codes, clock = set[str](), Still(world.clock.now())
    async with (
        serving(world, clock, is_planned=False) as (ordinary, _),
        serving(world, clock, is_planned=True) as (planned, plans),
    ):
        assert plans is not None
        for document in documents:
            # Whether the process has seen a document before shows in the allowance for new ones.
            await answer(ordinary, document, None)
            for token in tokens:
                expected = await answer(ordinary, document, token)
                # The first answer to a document that nobody has asked before is the ordinary executor's.
                found = [await answer(planned, document, token) for _ in range(2)]
                assert found == [expected] * 2, document
                codes |= set(re.findall(r'"code":"([A-Z_]+)"', expected[1]))
    assert codes >= {"UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "COST_EXCEEDED"}
    assert {
        "error: NotSignedIn",
        "error: NotAllowed",
        "error: BadPage",
        "error: Refused",
        "cursor",
        "variables",
    } <= set(plans.fallbacks)
    assert plans.planner.planned > len(documents)
