"""Connections that nobody can hold for long: a head that does not come or does not end, an answer nobody reads."""

import asyncio
from http import HTTPStatus
from typing import Any

import uvicorn

from server.gathering import GatheringProtocol

HEAD_SECONDS = 10.0
"""For the first line and the headers of a request."""
MOST_HEAD_BYTES = 32_768
SEND_SECONDS = 30.0
"""For what has been written to move on, once more waits than the system takes."""


class ServingConfig(uvicorn.Config):
    """What all connections of a process know, and that they are the last ones."""

    is_leaving = False
    """From then on each answer is the last one of its connection, and says so: nothing is sent into one that closes."""


class PatientProtocol(GatheringProtocol):
    """Patient, up to a point. Bodies and operations have their limit in the middleware, which knows how to say so."""

    config: ServingConfig

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._is_in_head, self._unfinished_bytes = True, 0
        self._unread: asyncio.TimerHandle | None = None
        self._head_due: asyncio.TimerHandle | None = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        self._forget_unread()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._is_in_head
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._unfinished_bytes += len(data) if was_in_head else 0
            if self._unfinished_bytes > MOST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif self._head_due is None:
                self._head_due = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def on_message_begin(self) -> None:
        self._is_in_head, self._unfinished_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._head_due is not None:
            self._forget_head()
        if sum([len(name) + len(value) for name, value in self.headers]) + len(self.url) > MOST_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise ValueError("The head of the request is too large.")
        super().on_headers_complete()
        if self.config.is_leaving and self.cycle is not None:
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._forget_unread()
        super().resume_writing()

    def _head_is_late(self) -> None:
        self._head_due = None
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            # It came too early rather: the request before it is still being answered.
            self._head_due = self.loop.call_later(HEAD_SECONDS, self._head_is_late)
        elif not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Says in one line what is wrong, and hangs up."""
        text = f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        self.transport.write(text.encode())
        self.transport.close()

    def _forget_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _forget_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
