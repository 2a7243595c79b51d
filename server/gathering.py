"""Connections that send what is written within one turn of the loop in one piece, as the head and body of an answer."""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.shortcut import NAME, Shortcut

LINGER_SECONDS = 30.0
"""For the rest of what was written to leave once a connection is closed."""


class GatheringProtocol(HttpToolsProtocol):
    """uvicorn writes the head and the body of an answer apart: two calls of the kernel, and the client wakes twice."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        gathering: Any = Gathering(transport, self.loop)
        super().connection_made(gathering)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        cycle.scope["extensions"] = {NAME: Shortcut(cycle)}
        super()._start_asgi_task(cycle, app)


class Gathering:
    """A transport that leaves all but the writing to another."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop, self._written = transport, loop, list[bytes]()
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def write_at_once(self, data: bytes) -> None:
        """What is one piece already, behind whatever waits."""
        if self._written:
            self._written.append(data)
        elif not self.is_closing():
            self._transport.write(data)

    def writelines(self, data: Iterable[bytes]) -> None:
        for one in data:
            self.write(one)

    def write_eof(self) -> None:
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        self._send()
        self._transport.close()
        if self._transport.get_write_buffer_size() > 0:
            self._loop.call_later(LINGER_SECONDS, self._transport.abort)

    def _send(self) -> None:
        written, self._written = self._written, []
        # Whoever has gone meanwhile is sent nothing.
        if written and not self.is_closing():
            self._transport.writelines(written)
