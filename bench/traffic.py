"""People who use Milepost through its proxy: they read and write, and who gets no answer repeats with the same key."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2

from bench.feeds import Listener
from persistence.own_credit_packages import package_id
from schema.ids import global_id
from server.seed import PASSWORD, SEEDED

READ = "{ viewer { user { email } } }"
_BEGINNING = "{ liveCursor gigCategories(first: 1) { nodes { id } } }"
PACKAGE = global_id("CreditPackage", package_id("starter"))
_GIG = {
    "description": "Three pages and a shop.",
    "currency": "EUR",
    "budgetMax": {"amountMinor": "115000", "currency": "EUR"},
    "deliveryDays": 30,
    "terms": {"invoicingMethod": "MILESTONE", "fundingMode": "DIRECT", "milestones": [{"title": "Design"}]},
}
_AGAIN_SECONDS = 0.2
_PASSING = {"CONFLICT", "RATE_LIMITED"}
"""Refusals after which the same may be asked again."""
_KEYED = {"purchaseCredits"}
"""Mutations whose key is a part of their input."""
SOCKETS_OF_A_KEY = 5
"""Half of what one key may have at one replica: all of them may meet there, beside some that it takes for alive."""


class Failed(Exception):
    """A request that was not answered as it should be."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request without an answer: between which moments of the monotonic clock it waited, and what came instead."""

    asked: float
    ended: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many people and sockets there are, and how many requests they make in a second together."""

    readers: int
    writers: int
    sockets: int
    reads: float
    writes: float


@dataclass(slots=True)
class Gig:
    """A gig of ours, and what was answered to have been done with it."""

    id: str
    title: str
    done: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Traffic:
    """What was asked, and what became of it."""

    url: str
    token: str
    answered: int = 0
    repeated: int = 0
    """Writes that were asked again, as no answer had come."""
    failures: list[Failure] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    gigs: list[Gig] = field(default_factory=list)
    purchases: list[str] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    category: str = ""
    method: str = ""

    def http(self) -> httpx2.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20)

    async def ask(self, http: httpx2.AsyncClient, query: str, key: UUID | None = None, **variables: Any) -> Any:
        """The data of an answer; Failed where there is none, or anything is amiss with it."""
        asked = time.monotonic()
        headers = {} if key is None else {"idempotency-key": str(key)}
        try:
            answer = await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
            body = answer.json()
        except (httpx2.TransportError, ValueError) as error:
            raise self._failed(asked, repr(error)) from error
        if answer.status_code != 200 or "errors" in body:
            raise self._failed(asked, f"{answer.status_code} {answer.text[:300]}")
        self.answered += 1
        return body["data"]

    async def write(self, http: httpx2.AsyncClient, name: str, selected: str, given: dict[str, Any]) -> Any:
        """Calls a mutation until it is answered, always with the same key; its payload, or None where it is refused."""
        key = uuid4()
        if name in _KEYED:
            given = given | {"idempotencyKey": str(key)}
        while True:
            try:
                done = (await self.ask(http, mutation(name, selected), key, input=given))["it"]
            except Failed:
                self.repeated += 1
            else:
                if "code" not in done:
                    return done
                if done["code"] not in _PASSING:
                    self.refused[f"{name}: {done['code']} {done['message']}"] += 1
                    return None
            await asyncio.sleep(_AGAIN_SECONDS * random.uniform(0.5, 1.5))

    async def read(self, http: httpx2.AsyncClient) -> None:
        """One question, which nobody repeats."""
        try:
            await self.ask(http, READ)
        except Failed:
            return

    async def lives(self, http: httpx2.AsyncClient) -> AsyncIterator[None]:
        """Gig after gig, step by step, and credits bought in between; without an end."""
        while True:
            gig = await self._create(http)
            yield
            for action in ("publishGig", "pauseGig", "resumeGig", "pauseGig", "resumeGig"):
                if await self.write(http, action, "gig { id }", {"gigId": gig.id}) is not None:
                    gig.done[action] += 1
                yield
            bought = {"packageId": PACKAGE, "currency": "USD", "methodId": self.method}
            made = await self.write(http, "purchaseCredits", "purchase { id }", bought)
            if made is not None:
                self.purchases.append(made["purchase"]["id"])
            yield

    async def _create(self, http: httpx2.AsyncClient) -> Gig:
        title = f"A bookshop on the web, {uuid4().hex}"
        made = await self.write(http, "createGig", "gig { id }", {"title": title, "categoryId": self.category} | _GIG)
        if made is None:
            raise AssertionError(f"no gig could be made: {self.refused}")
        self.gigs.append(Gig(made["gig"]["id"], title))
        return self.gigs[-1]

    @property
    def events(self) -> int:
        """How many of those that listeners follow there have to be: one for each step of a gig."""
        return sum(gig.done.total() for gig in self.gigs)

    def _failed(self, asked: float, why: str) -> Failed:
        self.failures.append(Failure(asked, time.monotonic(), why))
        return Failed(why)


def mutation(name: str, selected: str) -> str:
    kind = name[0].upper() + name[1:]
    payload = f"... on {kind}Payload {{ {selected} }} ... on Refusal {{ code message }}"
    return f"mutation($input: {kind}Input!) {{ it: {name}(input: $input) {{ {payload} }} }}"


async def signed_in(url: str, email: str) -> str:
    """A token of somebody who is there from the start."""
    async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
        given = {"query": mutation("signIn", "token"), "variables": {"input": {"email": email, "password": PASSWORD}}}
        return str((await http.post("/graphql", json=given)).json()["data"]["it"]["token"])


@asynccontextmanager
async def traffic(url: str, load: Load, *, calm_seconds: float, hooks: str | None = None) -> AsyncIterator[Traffic]:
    """Runs while the block does; afterwards everybody has heard what there was to hear, or had the time to.

    With `hooks`, all that happens to gigs is told to that address, too.
    """
    them, stop = Traffic(url, await signed_in(url, SEEDED[0].email)), asyncio.Event()
    await _begin(them, load.sockets, hooks)
    listening = [asyncio.create_task(one.listen()) for one in them.listeners]
    try:
        await asyncio.gather(*(one.is_listening.wait() for one in them.listeners))
        async with asyncio.TaskGroup() as group:
            for _ in range(load.readers):
                group.create_task(_read(them, stop, load.readers / load.reads))
            for _ in range(load.writers):
                group.create_task(_write(them, stop, load.writers / load.writes))
            try:
                yield them
            finally:
                stop.set()
        await _until_all_was_heard(them, calm_seconds)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def _begin(them: Traffic, sockets: int, hooks: str | None) -> None:
    """What people need before they begin: a way to pay, and keys for those who listen."""
    async with them.http() as http:
        found = await them.ask(http, _BEGINNING)
        them.category = found["gigCategories"]["nodes"][0]["id"]
        card = {"provider": "SIMULATOR", "token": "sim_ok", "currency": "USD"}
        them.method = (await them.write(http, "addPaymentMethod", "method { id }", card))["method"]["id"]
        if hooks is not None:
            wanted = {"url": hooks, "eventTypes": ["gig.*"], "maxPerSecond": 100}
            await them.write(http, "createWebhookEndpoint", "endpoint { id }", wanted)
        for number in range(0, sockets, SOCKETS_OF_A_KEY):
            named = {"name": f"Listeners from {number}", "scopes": ["org:read", "work:read"]}
            secret = (await them.write(http, "createApiKey", "secret", named))["secret"]
            of_key = min(SOCKETS_OF_A_KEY, sockets - number)
            them.listeners += [Listener(them.url, secret, cursor=found["liveCursor"]) for _ in range(of_key)]


async def _read(them: Traffic, stop: asyncio.Event, every: float) -> None:
    async with them.http() as http:
        await _in_turns(stop, every, lambda: them.read(http))


async def _write(them: Traffic, stop: asyncio.Event, every: float) -> None:
    async with them.http() as http:
        steps = them.lives(http)
        await _in_turns(stop, every, lambda: anext(steps))


async def _in_turns(stop: asyncio.Event, every: float, act: Callable[[], Awaitable[None]]) -> None:
    """Acts at its times, the first of which is drawn by lot; what is late is done at once."""
    due = time.monotonic() + random.uniform(0, every)
    while not stop.is_set():
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        # Who waited long for an answer does not make up for all of it.
        due = max(due + every, time.monotonic() - every)
        await act()


async def _until_all_was_heard(them: Traffic, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                if all(len(one.heard) >= them.events for one in them.listeners):
                    return
                await asyncio.sleep(0.1)
