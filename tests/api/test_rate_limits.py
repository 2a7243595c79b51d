"""Limits of callers through HTTP: what is refused, what the answer says of it, and what waiting gives back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from domain.actors import ANONYMOUS
from domain.rate_limits import Allowance, CallerKind
from resolvers.rate_limits import RateLimits
from tests.client import Client
from tests.world import World

PLENTY = Allowance(1_000, 1_000, 10, 1_000)
GIGS = "query($first: Int) { gigs(first: $first) { nodes { title } } }"
NOTHING = "{ __typename }"


@dataclass(slots=True)
class Watch:
    """Real time, moved by the test."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def limited(
    world: World, watch: Watch, *, anonymous: Allowance = PLENTY, session: Allowance = PLENTY, ceiling: int = 500
) -> AsyncIterator[Client]:
    limits = RateLimits({CallerKind.ANONYMOUS: anonymous, CallerKind.SESSION: session}, ceiling, watch)
    async with Client.serving(world.database, world.clock, rate_limits=limits) as client:
        yield client


def unseen(document: str) -> str:
    """A document that no other test has asked in this process, which remembers what it has seen."""
    return f"{document} # {uuid4()}"


def fault_of(body: dict[str, Any]) -> dict[str, Any]:
    (error,) = body["errors"]
    extensions = error["extensions"]
    del extensions["requestId"]
    return {"message": error["message"], **extensions}


async def test_every_answer_says_what_it_cost(world: World) -> None:
    person = await world.client_side()
    async with limited(world, Watch()) as client:
        for available in (990, 980, 970):
            body = await client.post(GIGS, {"first": 10}, person.token)
            assert body["extensions"] == {
                "cost": {"requested": 10, "available": available, "limit": 1_000, "refillPerSecond": 10}
            }


async def test_the_query_tells_the_same_and_more(world: World) -> None:
    allowance = Allowance(operations_per_minute=9, cost=40, refill_per_second=1, documents_per_minute=5)
    person = await world.client_side()
    query = """{ rateLimit { operationsPerMinute operationsLeft limit available refillPerSecond
      documentsPerMinute documentsLeft } gigs(first: 3) { nodes { title } } }"""
    async with limited(world, Watch(), session=allowance) as client:
        await client.ask(unseen(NOTHING), person.token)
        assert (await client.ask(unseen(query), person.token))["rateLimit"] == {
            "operationsPerMinute": 9,
            "operationsLeft": 7,
            "limit": 40,
            "available": 36,
            "refillPerSecond": 1,
            "documentsPerMinute": 5,
            "documentsLeft": 3,
        }


async def test_an_operation_above_the_ceiling_is_refused_before_it_runs(world: World) -> None:
    person = await world.client_side()
    query = "query($n: Int) { gigs(first: $n) { nodes { title proposals(first: $n) { nodes { id } } } } }"
    async with limited(world, Watch(), ceiling=500) as client:
        fault = fault_of(await client.post(query, {"n": 30}, person.token))
        body = await client.post(NOTHING, None, person.token)
    assert fault == {
        "message": "This operation costs 930, and at most 500 is allowed. Most of it lies in gigs.proposals: ask for"
        " smaller pages there, or for less below them.",
        "code": "COST_EXCEEDED",
        "cost": 930,
        "limit": 500,
    }
    assert body["extensions"]["cost"]["available"] == 1_000


async def test_no_operation_may_cost_more_than_can_be_saved_up(world: World) -> None:
    async with limited(world, Watch(), anonymous=Allowance(60, 30, 1, 60), ceiling=500) as client:
        fault = fault_of(await client.post(GIGS, {"first": 31}))
    assert (fault["code"], fault["cost"], fault["limit"]) == ("COST_EXCEEDED", 31, 30)


async def test_too_many_operations_wait_and_the_header_says_how_long(world: World) -> None:
    person, watch = await world.client_side(), Watch()
    async with limited(world, watch, session=Allowance(3, 1_000, 10, 60)) as client:
        headers = {"authorization": f"Bearer {person.token}"}
        answers = [await client.http.post("/graphql", json={"query": NOTHING}, headers=headers) for _ in range(4)]
        watch.seconds = 20.0
        await client.ask(NOTHING, person.token)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "20"
    assert fault_of(answers[-1].json()) == {
        "message": "Too many operations. Try again in 20 seconds.",
        "code": "RATE_LIMITED",
        "retryAfter": 20,
    }


@pytest.mark.parametrize("query", ["{ nowhere }", "{", "query A { gigs(first: 100) { nodes { title } } }"])
async def test_what_is_refused_counts_too(world: World, query: str) -> None:
    async with limited(world, Watch(), anonymous=Allowance(2, 50, 10, 60)) as client:
        codes = [fault_of(await client.post(query))["code"] for _ in range(3)]
    assert "RATE_LIMITED" not in codes[:2]
    assert codes[2] == "RATE_LIMITED"


async def test_cost_that_is_spent_comes_back(world: World) -> None:
    person, watch = await world.client_side(), Watch()
    async with limited(world, watch, session=Allowance(60, 100, 10, 60)) as client:
        await client.ask(GIGS, person.token, first=80)
        fault = fault_of(await client.post(GIGS, {"first": 50}, person.token))
        assert (fault["code"], fault["retryAfter"]) == ("RATE_LIMITED", 3)
        await client.ask(GIGS, person.token, first=20)
        watch.seconds = 5.0
        await client.ask(GIGS, person.token, first=50)


async def test_new_documents_are_limited_and_known_ones_are_not(world: World) -> None:
    async with limited(world, Watch(), anonymous=Allowance(60, 100, 10, 2)) as client:
        for _ in range(5):
            await client.ask("query OftenAsked { __typename }")
        await client.ask("query AskedOnce { __typename }")
        fault = fault_of(await client.post("query OneTooMany { __typename }"))
        assert fault["message"] == "Too many new documents. Try again in 30 seconds."
        await client.ask("query OftenAsked { __typename }")


async def test_each_session_and_each_address_has_its_own(world: World) -> None:
    one, other = await world.client_side(), await world.freelancer_side()
    once = Allowance(1, 100, 10, 60)
    async with limited(world, Watch(), anonymous=once, session=once) as client:
        for token in (one.token, other.token, None):
            await client.ask(NOTHING, token)
            assert fault_of(await client.post(NOTHING, None, token))["code"] == "RATE_LIMITED"
        # A token that is none makes nobody new.
        assert fault_of(await client.post(NOTHING, None, "made up"))["code"] == "RATE_LIMITED"


async def test_whoever_has_asked_nothing_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.rate_limits.MOST_CALLERS", 3)
    limits = RateLimits()
    first, second, third = (limits.caller_of(ANONYMOUS, f"10.0.0.{number}") for number in range(3))
    limits.caller_of(ANONYMOUS, "10.0.0.0")
    limits.caller_of(ANONYMOUS, "10.0.0.3")
    assert limits.caller_of(ANONYMOUS, "10.0.0.0") is first
    assert limits.caller_of(ANONYMOUS, "10.0.0.2") is third
    assert limits.caller_of(ANONYMOUS, "10.0.0.1") is not second


async def test_whoever_asks_again_at_once_hears_later_and_later_that_it_is_too_often() -> None:
    caller = RateLimits().caller_of(ANONYMOUS, "10.0.0.1")
    assert [round(caller.refusal_delay(100.0), 2) for _ in range(4)] == [0, 0.05, 0.1, 0.15]
    assert round(caller.refusal_delay(100.1), 2) == 0.1
    assert caller.refusal_delay(200.0) == 0
    assert round(max(caller.refusal_delay(200.0) for _ in range(1_000)), 2) == 5


async def test_addresses_of_one_network_of_ipv6_are_one_caller() -> None:
    limits = RateLimits()
    one = limits.caller_of(ANONYMOUS, "2001:db8:1:2::1")
    assert limits.caller_of(ANONYMOUS, "2001:db8:1:2:ffff::9") is one
    assert limits.caller_of(ANONYMOUS, "2001:db8:1:3::1") is not one
