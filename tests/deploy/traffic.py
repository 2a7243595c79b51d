"""People who use Milepost through its proxy: requests one after the other, and sockets that come back."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }"
READ = "{ viewer { user { email } } }"
NOW, CATEGORIES = "{ liveCursor }", "{ gigCategories(first: 1) { nodes { id } } }"
CREATE = "mutation($input: CreateGigInput!) { it: createGig(input: $input) { ... on CreateGigPayload { gig { id } } } }"
PUBLISH = (
    "mutation($input: PublishGigInput!) { it: publishGig(input: $input) { ... on PublishGigPayload { gig { id } } } }"
)
LISTEN = (
    'subscription($after: Cursor) { events(after: $after, types: ["gig.published"])'
    " { cursor gap event { subjectId } } }"
)
GIG = {
    "title": "A bookshop on the web",
    "description": "Three pages and a shop.",
    "currency": "EUR",
    "budgetMax": {"amountMinor": "115000", "currency": "EUR"},
    "deliveryDays": 30,
    "terms": {"invoicingMethod": "MILESTONE", "fundingMode": "DIRECT", "milestones": [{"title": "Design"}]},
}
CALM_SECONDS = 30
"""For what is under way to arrive once nothing new happens."""


class Failed(Exception):
    """A request that was not answered as it should be."""


@dataclass(slots=True)
class Traffic:
    """What was asked, and what became of it."""

    url: str
    token: str
    gig: dict[str, Any] = field(default_factory=dict)
    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    published: list[str] = field(default_factory=list)
    listeners: list["Listener"] = field(default_factory=list)

    def http(self) -> httpx2.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20)

    async def ask_until(self, stop: asyncio.Event, *, pause: float, writes_every: int) -> None:
        """One person's requests over kept connections; every so many of them a gig is created and published."""
        async with self.http() as http:
            turn = 0
            while not stop.is_set():
                turn += 1
                try:
                    await (self._publish(http) if turn % writes_every == 0 else self.ask(http, READ))
                except Failed as failed:
                    self.failed[str(failed)] += 1
                await asyncio.sleep(pause)

    async def _publish(self, http: httpx2.AsyncClient) -> None:
        gig = (await self.ask(http, CREATE, input=self.gig))["it"]["gig"]
        await self.ask(http, PUBLISH, input={"gigId": gig["id"]})
        self.published.append(gig["id"])

    async def ask(self, http: httpx2.AsyncClient, query: str, **variables: Any) -> Any:
        """The data of an answer; Failed where there is none, or anything is amiss with it."""
        try:
            answer = await http.post("/graphql", json={"query": query, "variables": variables})
            body = answer.json()
        except (httpx2.TransportError, ValueError) as error:
            raise Failed(repr(error)) from error
        if answer.status_code != 200 or "errors" in body or body["data"].get("it") == {}:
            raise Failed(f"{answer.status_code} {answer.text[:300]}")
        self.answered += 1
        return body["data"]


@dataclass(slots=True)
class Listener:
    """One subscriber, who resumes after the last cursor wherever the connection ends."""

    url: str
    token: str
    heard: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    connections: int = 0
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                await self._listen_once()
            await asyncio.sleep(0.1)

    async def _listen_once(self) -> None:
        address = self.url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": self.token}}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            variables = {"after": self.cursors[-1] if self.cursors else None}
            payload = {"query": LISTEN, "variables": variables}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            self.connections += 1
            self.is_listening.set()
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "next":
            activity = message["payload"]["data"]["events"]
            assert not activity["gap"]
            self.heard.append(activity["event"]["subjectId"])
            self.cursors.append(activity["cursor"])


async def signed_in(url: str, email: str, password: str) -> str:
    async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
        variables = {"input": {"email": email, "password": password}}
        answer = await http.post("/graphql", json={"query": SIGN_IN, "variables": variables})
    return str(answer.json()["data"]["signIn"]["token"])


@asynccontextmanager
async def traffic(
    url: str, token: str, *, people: int, listeners: int, pause: float, writes_every: int = 10
) -> AsyncIterator[Traffic]:
    """Runs while the block does; afterwards everybody has heard what there was to hear, or had the time to."""
    them, stop = Traffic(url, token), asyncio.Event()
    async with them.http() as http:
        now = (await them.ask(http, NOW))["liveCursor"]
        categories = (await them.ask(http, CATEGORIES))["gigCategories"]["nodes"]
    them.gig = GIG | {"categoryId": categories[0]["id"]}
    them.listeners += [Listener(url, token, cursors=[now]) for _ in range(listeners)]
    listening = [asyncio.create_task(one.listen()) for one in them.listeners]
    try:
        await asyncio.gather(*(one.is_listening.wait() for one in them.listeners))
        async with asyncio.TaskGroup() as group:
            for _ in range(people):
                group.create_task(them.ask_until(stop, pause=pause, writes_every=writes_every))
            try:
                yield them
            finally:
                stop.set()
        await _until_all_was_heard(them)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def _until_all_was_heard(them: Traffic) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CALM_SECONDS):
            while any(len(one.heard) < len(them.published) for one in them.listeners):
                await asyncio.sleep(0.1)
