"""A reader of server-sent events over a real server, event by event."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2

PATIENCE_SECONDS = 8


@dataclass(slots=True)
class Event:
    name: str
    id: str | None
    payload: Any


@dataclass(slots=True)
class Stream:
    """One operation."""

    answer: httpx2.Response
    lines: AsyncIterator[str]

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, live: str, token: str | None, query: str, variables: dict[str, Any] | None = None, **headers: str
    ) -> AsyncIterator[Self]:
        """Asked by POST."""
        async with cls.asked(
            live, token, "POST", json={"query": query, "variables": variables or {}}, **headers
        ) as one:
            assert one.answer.status_code == 200
            assert one.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            yield one

    @classmethod
    @asynccontextmanager
    async def asked(
        cls, live: str, token: str | None, method: str, *, json: Any = None, params: Any = None, **headers: str
    ) -> AsyncIterator[Self]:
        given = {"accept": "text/event-stream", **({"authorization": f"Bearer {token}"} if token else {}), **headers}
        url = live.replace("ws://", "http://")
        async with (
            httpx2.AsyncClient(timeout=PATIENCE_SECONDS) as http,
            http.stream(method, url, json=json, params=params, headers=given) as answer,
        ):
            yield cls(answer, answer.aiter_lines())

    async def event(self) -> Event:
        """The next event; comments are passed over, and so is a place that is told alone."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self.lines:
                if not line and "data" in fields:
                    text = fields["data"]
                    return Event(fields["event"], fields.get("id"), json.loads(text) if text else None)
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
        raise AssertionError("the stream has ended")

    async def place(self) -> str:
        """Where a silent feed says that it is."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self.lines:
                if line.startswith("id: "):
                    return line.removeprefix("id: ")
        raise AssertionError("the stream has ended")

    async def next(self) -> Any:
        """The data of the one root field of the next message."""
        event = await self.event()
        assert event.name == "next", event
        assert "errors" not in event.payload, event
        [data] = event.payload["data"].values()
        return data

    async def fault(self) -> dict[str, Any]:
        """The one fault that an operation ends with."""
        event = await self.event()
        assert (event.name, event.id, "data" in event.payload) == ("next", None, False), event
        [fault] = event.payload["errors"]
        await self.complete()
        return dict(fault)

    async def complete(self) -> None:
        assert await self.event() == Event("complete", None, None)
        await self.ended()

    async def ended(self) -> None:
        """Nothing more comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [line async for line in self.lines if line not in ("", ":")] == []
