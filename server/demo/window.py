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

_PATIENCE_SECONDS = 60
_QUERY = """subscription($id: ID!, $after: Cursor) {
  projectActivity(projectId: $id, after: $after) {
    event { type occurredAt }
    project { status progress budgetSummary { paid { decimal currency } } }
  }
}"""


@dataclass(slots=True)
class Window:
    """Counts what it has shown, so that the story can wait for it."""

    seen: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, person: Person, project_id: str, after: str) -> AsyncIterator[Self]:
        """Shows everything since the cursor, then everything that happens."""
        window = cls()
        address = url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await _send(socket, "connection_init", payload={"token": person.token})
            await socket.recv()
            variables = {"id": project_id, "after": after}
            await _send(socket, "subscribe", id="1", payload={"query": _QUERY, "variables": variables})
            showing = asyncio.create_task(window._show(socket))
            try:
                yield window
            finally:
                showing.cancel()
                with suppress(asyncio.CancelledError):
                    await showing

    async def until(self, event: str, times: int = 1) -> None:
        """Waits until the event has been shown that many times."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while self.seen[event] < times:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise SystemExit(f"No {event} within {_PATIENCE_SECONDS} seconds; is a worker running?") from None

    async def _show(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await _send(socket, "pong")
            elif message["type"] == "next":
                self._print(message["payload"]["data"]["projectActivity"])
            elif message["type"] in ("error", "complete"):
                raise SystemExit(f"The live window ended: {message.get('payload')}")

    def _print(self, activity: dict[str, Any]) -> None:
        event, project = activity["event"], activity["project"]
        paid = project["budgetSummary"]["paid"]
        state = f"{project['status']}, {project['progress']} % done, {paid['decimal']} {paid['currency']} paid"
        print(f"        {event['occurredAt'][11:23]}  {event['type']:<20}  {state}", flush=True)
        self.seen[event["type"]] += 1
        self.changed.set()


async def _send(socket: ClientConnection, kind: str, **more: Any) -> None:
    await socket.send(json.dumps({"type": kind, **more}))
