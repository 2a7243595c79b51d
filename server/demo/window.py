"""The second window of the demonstration: a WebSocket that shows a project's events as they arrive."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from server.demo.people import Person

_QUERY = "subscription($id: ID!) { projectActivity(projectId: $id) { event { type occurredAt } } }"


@dataclass(slots=True)
class Window:
    """Counts what it has shown, so that the story can wait for its end."""

    seen: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, person: Person, project_id: str) -> AsyncIterator[Self]:
        window = cls()
        address = url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await _send(socket, "connection_init", payload={"token": person.token})
            await socket.recv()
            subscription = {"query": _QUERY, "variables": {"id": project_id}}
            await _send(socket, "subscribe", id="1", payload=subscription)
            showing = asyncio.create_task(window._show(socket))
            try:
                yield window
            finally:
                showing.cancel()
                with suppress(asyncio.CancelledError):
                    await showing

    async def until(self, event: str, *, paid_invoices: int) -> None:
        """Waits until the event and that many paid invoices have been shown."""
        async with asyncio.timeout(60):
            while self.seen[event] == 0 or self.seen["invoice.paid"] < paid_invoices:
                self.changed.clear()
                await self.changed.wait()

    async def _show(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await _send(socket, "pong", payload=message.get("payload"))
            if message["type"] != "next":
                continue
            event = message["payload"]["data"]["projectActivity"]["event"]
            print(f"      live  {event['occurredAt'][11:23]}  {event['type']}", flush=True)
            self.seen[event["type"]] += 1
            self.changed.set()


async def _send(socket: ClientConnection, kind: str, **more: Any) -> None:
    await socket.send(json.dumps({"type": kind, **more}))
