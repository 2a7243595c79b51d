"""Subscribers over WebSocket, who come back wherever the connection ends, and resume behind what they saw last."""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

TYPES = ("gig.published", "gig.paused", "gig.resumed")
_LISTEN = (
    "subscription($after: Cursor, $types: [String!]) { events(after: $after, types: $types)"
    " { cursor gap event { type subjectId subjectVersion actorOrganization { name } } } }"
)
_AGAIN_SECONDS = 0.2
_PATIENCE_SECONDS = 20
"""Until a socket is opened and greeted; what stays silent for longer is given up."""

Heard = tuple[str, str, int]
"""What happened, to which object, and which version it has since."""


@dataclass(slots=True)
class Listener:
    """One subscriber, who knows nothing but the cursor of what came last."""

    url: str
    token: str
    cursor: str
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    ended: list[str] = field(default_factory=list)
    """What was said where a feed ended although its socket lived on."""
    gaps: int = 0
    partial: int = 0
    """Messages without what had to be read for them."""
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError, EOFError):
                await self._listen_once()
            await asyncio.sleep(_AGAIN_SECONDS * random.uniform(0.5, 1.5))

    async def _listen_once(self) -> None:
        address = self.url.replace("http", "ws", 1) + "/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(address, subprotocols=protocols, open_timeout=_PATIENCE_SECONDS) as socket:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await _say(socket, type="connection_init", payload={"token": self.token})
                json.loads(await socket.recv())
            variables = {"after": self.cursor, "types": TYPES}
            await _say(socket, type="subscribe", id="1", payload={"query": _LISTEN, "variables": variables})
            self.connections += 1
            self.is_listening.set()
            async for text in socket:
                if not self._take(json.loads(text)):
                    return

    def _take(self, message: dict[str, Any]) -> bool:
        """False where the feed has ended."""
        if message["type"] != "next" or message["payload"]["data"] is None:
            self.ended.append(json.dumps(message))
            return False
        activity = message["payload"]["data"]["events"]
        self.cursor = activity["cursor"]
        if activity["gap"]:
            self.gaps += 1
        else:
            event = activity["event"]
            self.partial += event["actorOrganization"] is None
            self.heard.append((event["type"], event["subjectId"], event["subjectVersion"]))
        return True


async def _say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))
