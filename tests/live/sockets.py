"""A client of graphql-transport-ws over a real server, message by message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_SECONDS = 8
GIG_ACTIVITY = (
    "subscription($id: ID!, $after: Cursor) { gigActivity(gigId: $id, after: $after)"
    " { cursor gap event { type subjectId subjectVersion actor { email } } gig { id status version } } }"
)


@dataclass(slots=True)
class Socket:
    """One connection. Messages of all its operations come in one order, so tests read them one after the other."""

    connection: ClientConnection

    @classmethod
    @asynccontextmanager
    async def raw(cls, url: str, protocol: str = "graphql-transport-ws", **headers: str) -> AsyncIterator[Self]:
        """Connected, and nothing said yet."""
        async with connect(url, subprotocols=[Subprotocol(protocol)], additional_headers=headers) as connection:
            yield cls(connection)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, token: str | None) -> AsyncIterator[Self]:
        """Signed in, if there is a token, and acknowledged."""
        async with cls.raw(url) as socket:
            await socket.send({"type": "connection_init", "payload": {"token": token} if token else {}})
            assert await socket.receive() == {"type": "connection_ack"}
            yield socket

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str) else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.connection.recv(), PATIENCE_SECONDS)
        assert isinstance(text, str), "the protocol asks for text frames"
        message: dict[str, Any] = json.loads(text)
        return message

    async def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": id_, "payload": {"query": query, "variables": variables}})

    async def next(self, id_: str = "1") -> Any:
        """The data of the one root field of the next message, which must be a `next` of that operation."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id_), message
        assert "errors" not in message["payload"], message
        [data] = message["payload"]["data"].values()
        return data

    async def error(self, id_: str = "1") -> dict[str, Any]:
        """The one fault that an operation ends with."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("error", id_), message
        [fault] = message["payload"]
        assert set(fault["extensions"]) >= {"code", "requestId"}
        return dict(fault)

    async def silence(self, seconds: float = 0.4) -> None:
        """Fails when anything comes: an answer to this ping must be the next message."""
        await asyncio.sleep(seconds)
        await self.send({"type": "ping", "payload": {"after": "silence"}})
        message = await self.receive()
        assert message == {"type": "pong", "payload": {"after": "silence"}}, message

    async def closed(self) -> int | None:
        """The code the server closes with."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE_SECONDS)
        return self.connection.close_code
