"""HTTP/1.1 as far as a fault server needs it: whole requests in, answers out, and ways to break off."""

import asyncio
import json
import socket
import struct
from dataclasses import dataclass
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LOOK_SECONDS = 0.01
ARRIVAL_SECONDS = 0.05


class Gone(Exception):
    """The other side has left, or has been thrown out."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read to its end."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    head: bytes

    @property
    def is_upgrade(self) -> bool:
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def token(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" and token else None

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> Request:
        """The next request; raises Gone when there is none."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            method, target, _ = start.split(" ", 2)
            body = await self._body(headers)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError) as error:
            raise Gone from error
        url = urlsplit(target)
        return Request(method, url.path, dict(parse_qsl(url.query)), headers, body, head)

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("expect", "").lower() == "100-continue":
            await self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return await self.reader.readexactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            body += await self.reader.readexactly(size)
            await self.reader.readline()
        while (await self.reader.readline()).strip():
            pass
        return body

    async def write(self, data: bytes) -> None:
        if self.is_gone:
            raise Gone
        self.writer.write(data)
        try:
            await self.writer.drain()
        except OSError as error:
            raise Gone from error

    async def start_answer(self, status: int, headers: dict[str, str]) -> None:
        phrase = responses.get(status, "Unknown")
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        await self.write("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        await self.start_answer(status, headers | {"content-length": str(len(body))})
        await self.write(body)

    async def answer_json(self, status: int, value: Any) -> None:
        await self.answer(status, json.dumps(value).encode(), {"content-type": "application/json"})

    @property
    def is_gone(self) -> bool:
        return self.reader.at_eof() or self.reader.exception() is not None or self.writer.is_closing()

    async def wait(self, seconds: float) -> None:
        """Lets time pass; raises Gone as soon as the other side leaves."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            if self.is_gone:
                raise Gone
            await asyncio.sleep(min(left, LOOK_SECONDS))

    async def abort(self) -> None:
        """Ends the connection with a TCP reset. What was sent before gets a moment to arrive, else it is lost too."""
        await self.wait(ARRIVAL_SECONDS)
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
