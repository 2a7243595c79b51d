"""/metrics: only for whoever has the token, and what it says of operations, refusals, the pool and the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from persistence.wakeups import Wakeups
from persistence.work import Work
from resolvers.context import Context, Platform
from resolvers.rate_limits import Charge
from server.app import create_app
from server.tallies import LONGEST_NAME, MOST_NAMES, OTHERS, UNCHARGED, Tallies
from tests.client import Client
from tests.makers.gigs import make_open_gig
from tests.makers.webhooks import Message, body_of, headers_for, listen, make_parked_webhook
from tests.world import World

TOKEN = "only for the one who scrapes"


@asynccontextmanager
async def scraped(world: World, token: str | None = TOKEN, *, is_planned: bool = False) -> AsyncIterator[Client]:
    app = create_app(world.database, world.clock, metrics_token=token, is_planned=is_planned)
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t")
    async with app.router.lifespan_context(app), http:
        yield Client(http)


async def scrape(client: Client) -> dict[tuple[str, str], float]:
    """Each sample by its name and the value of its first label."""
    answer = await client.http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    samples = [one for family in text_string_to_metric_families(answer.text) for one in family.samples]
    return {(one.name, next(iter(one.labels.values()), "")): one.value for one in samples}


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("another", 401), (TOKEN, 200)])
async def test_only_the_token_opens_it(world: World, token: str | None, status: int) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with scraped(world) as client:
        assert (await client.http.get("/metrics", headers=headers)).status_code == status


async def test_without_a_configured_token_there_is_nothing(world: World) -> None:
    async with scraped(world, None) as client:
        answer = await client.http.get("/metrics", headers={"authorization": "Bearer "})
        assert answer.status_code == 404


@pytest.mark.parametrize(("is_planned", "planned", "statements"), [(False, 0, 4 * 2), (True, 3, 2 + 3)])
async def test_operations_are_counted_by_name(world: World, is_planned: bool, planned: int, statements: int) -> None:
    person = await world.client_side()
    await make_open_gig(world, person)
    async with scraped(world, is_planned=is_planned) as client:
        before = await scrape(client)
        for _ in range(4):
            await client.ask("query Gigs { gigs(first: 3) { nodes { title organization { name } } } }", person.token)
        after = await scrape(client)
    assert ("milepost_operation_seconds_count", "Gigs") not in before
    assert after["milepost_operation_seconds_count", "Gigs"] == 4
    assert after["milepost_operation_cost_total", "Gigs"] == 4 * 6
    # The ordinary executor reads gigs and then their organizations, a plan both at once; each statement finds one row.
    assert after["milepost_operation_statements_total", "Gigs"] == statements
    assert after["milepost_operation_rows_total", "Gigs"] == statements
    assert after["milepost_operation_planned_total", "Gigs"] == planned


async def test_faults_and_refusals_are_counted_by_code(world: World) -> None:
    person = await world.client_side()
    refused = """mutation Close { closeGig(input: { gigId: "gig_0193a5c2f7e87c0d9b1f3e5a7c9d1b2e", reason: "x" }) {
      ... on Refusal { code } } }"""
    async with scraped(world) as client:
        before = await scrape(client)
        await client.post("{ nowhere }")
        await client.post("query Secret { gigs { totalCount } }")
        code = (await client.ask(refused, person.token))["closeGig"]["code"]
        after = await scrape(client)

    def grown(name: str, label: str) -> float:
        return after.get((name, label), 0) - before.get((name, label), 0)

    assert grown("milepost_faults_total", "GRAPHQL_VALIDATION_FAILED") == 1
    assert grown("milepost_faults_total", "UNAUTHENTICATED") == 1
    assert grown("milepost_refusals_total", code) == 1
    assert grown("milepost_operation_seconds_count", UNCHARGED) == 1
    assert grown("milepost_operation_seconds_count", "Secret") == 1


async def test_the_process_is_described(world: World) -> None:
    async with scraped(world) as client:
        person = await world.client_side()
        await make_open_gig(world, person)
        waiting = await scrape(client)
        await world.settle()
        settled = await scrape(client)
    assert waiting["milepost_outbox_waiting", ""] > 0
    assert settled["milepost_outbox_waiting", ""] == 0
    assert settled["milepost_outbox_lag_seconds", ""] == 0
    assert settled["milepost_pool_connections_busy", ""] == 0
    assert settled["milepost_pool_connections_idle", ""] >= 1
    assert {name for name, _ in settled} >= {"milepost_event_loop_lag_seconds_count", "milepost_sockets"}


async def test_names_of_operations_are_bounded(world: World) -> None:
    tallies = Tallies()
    platform = Platform(world.database, world.clock.now, Wakeups(world.database))
    for name in ("x" * (LONGEST_NAME + 1), *(f"Name{number}" for number in range(MOST_NAMES + 5))):
        context = Context(platform)
        context.charge = Charge(name, 1, 1, 1, 1)
        context.work = Work(statements=1, rows=2)
        tallies.add(context, 0.5)
    assert len(tallies.operations) == MOST_NAMES
    assert (tallies.operations[OTHERS].cost, tallies.operations[OTHERS].rows) == (7, 14)


async def test_messages_of_providers_are_counted_and_those_that_are_not_finished_are_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch)
    await make_parked_webhook(world)
    body = body_of(Message(provider_id="ch_1"))
    async with scraped(world) as client:
        for path, headers in (("simulator", headers_for(body)), ("simulator", {}), ("nobody", {})):
            await client.http.post(f"/webhooks/{path}", content=body, headers=headers)
        text = (await client.http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    came = {tuple(one.labels.values()): one.value for one in samples if one.name == "milepost_inbound_webhooks_total"}
    assert came == {("SIMULATOR", "ACCEPTED"): 1, ("SIMULATOR", "NOT_GENUINE"): 1, (OTHERS, "UNKNOWN"): 1}
    left = {one.labels["status"]: one.value for one in samples if one.name == "milepost_inbound_webhooks_unfinished"}
    assert left == {"RECEIVED": 1, "PROCESSING": 0, "PARKED": 1, "FAILED": 0, "DEAD_LETTER": 0}
