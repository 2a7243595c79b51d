"""Around ASGI's messages for what is there in one piece: a whole request, and a whole answer to it."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

NAME = "milepost.shortcut"
"""Where it is among the extensions of a request's scope."""
_OK = STATUS_LINE[200]


class Shortcut:
    """Does what receiving and sending such messages comes to, for one request on one connection."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    def body(self) -> bytes | None:
        """The body, if it has come by now and nobody has to be asked for it; received then, as with a message."""
        cycle = self._cycle
        if cycle.more_body or cycle.waiting_for_100_continue or cycle.disconnected or cycle.response_complete:
            return None
        body = bytes(cycle.body)
        cycle.body = bytearray()
        cycle.message_event.clear()
        return body

    def answer(self, head: bytes, body: bytes) -> bool:
        """Sends status 200 with the lines of a head and a body of the length that they say; False where it cannot be
        done now, because the connection has to be waited for."""
        cycle: Any = self._cycle
        if cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
            return False
        lines = [b"%b: %b\r\n" % header for header in cycle.default_headers]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write_at_once(b"".join((_OK, *lines, head, b"\r\n", body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True
