"""WebSockets, as scripted: graphql-transport-ws that is cut, closed and resumed."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.http11 import Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from clients.faults.scenario import Scenario, Step
from clients.faults.wire import Connection, Gone, Request

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
FATAL = 4400


@dataclass(slots=True)
class Socket:
    """One connection of a client, playing one list of steps."""

    connection: Connection
    scenario: Scenario
    seen: dict[str, Any]
    protocol: ServerProtocol = field(default_factory=lambda: ServerProtocol(subprotocols=[SUBPROTOCOL]))
    inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    operation: str = ""
    waiting: list[dict[str, Any]] = field(default_factory=list)

    async def flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                await self.connection.write(data)

    async def handshake(self, request: Request, rejected: int | None) -> bool:
        self.protocol.receive_data(request.head)
        (event,) = self.protocol.events_received()
        assert isinstance(event, Handshake)
        if rejected is None:
            response = self.protocol.accept(event)
        else:
            response = Response(rejected, "Rejected", Headers({"content-length": "0", "connection": "close"}))
        self.protocol.send_response(response)
        await self.flush()
        self.seen["status"] = response.status_code
        self.seen["protocol"] = response.headers.get("sec-websocket-protocol")
        return response.status_code == 101

    async def listen(self) -> None:
        """Reads until the end of the connection, whichever side ends it."""
        while data := await self.connection.reader.read(65536):
            self.protocol.receive_data(data)
            for event in self.protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    self._take(json.loads(bytes(event.data)))
            await self.flush()
            if self.protocol.close_expected():
                break

    def _take(self, message: dict[str, Any]) -> None:
        self.seen["messages"].append(message)
        if message["type"] == "subscribe":
            self.operation = message["id"]
        if message["type"] == "ping" and self.protocol.state is State.OPEN:
            self.protocol.send_text(json.dumps({"type": "pong"}).encode())
        self.inbox.put_nowait(message)

    async def next(self, kind: str) -> dict[str, Any]:
        """The client's next message of this type; others before it are passed over."""
        while (message := await self.inbox.get())["type"] != kind:
            pass
        if kind == "subscribe":
            self.waiting = self.scenario.after((message["payload"].get("variables") or {}).get("after"))
        return message

    async def send(self, message: dict[str, Any]) -> None:
        self.protocol.send_text(json.dumps(message).encode())
        await self.flush()

    async def send_result(self, payload: Any) -> None:
        await self.send({"id": self.operation, "type": "next", "payload": payload})

    async def close(self, code: int, reason: str) -> None:
        self.protocol.send_close(code, reason)
        await self.flush()

    async def play(self, steps: list[Step]) -> None:
        for step in steps:
            await self.connection.wait(step.get("delayMs", 0) / 1000)
            if step.get("open") and not await self.open():
                return
            if "await" in step:
                await self.next(step["await"])
            await self.say(step)
            if step.get("abort"):
                await self.connection.abort()
                raise Gone
            if "close" in step:
                await self.close(step["close"], step.get("reason", "scripted"))
                return

    async def open(self) -> bool:
        """Sign-in and the first operation; a token that is not good closes the socket."""
        payload = (await self.next("connection_init")).get("payload") or {}
        self.seen["token"] = payload.get("token")
        if not self.scenario.takes(payload.get("token")):
            await self.close(self.scenario.refuse_code, "Unauthorized")
            return False
        await self.send({"type": "connection_ack"})
        await self.next("subscribe")
        return True

    async def say(self, step: Step) -> None:
        if "send" in step:
            await self.send(step["send"])
        if "feed" in step:
            for message in self.waiting[: step["feed"]]:
                await self.send_result(self.scenario.payload(message))
            self.waiting = self.waiting[step["feed"] :]
        if "gap" in step:
            await self.send_result(self.scenario.payload({"cursor": step["gap"], "gap": True}))
        if "next" in step:
            await self.send_result(step["next"])
        if "error" in step:
            await self.send({"id": self.operation, "type": "error", "payload": step["error"]})
        if step.get("complete"):
            await self.send({"id": self.operation, "type": "complete"})
        if "ping" in step:
            await self.send({"type": "ping", "payload": step["ping"]})
            await self.next("pong")


async def serve(connection: Connection, scenario: Scenario, request: Request) -> None:
    """Plays the next socket of the script; once its steps are done the socket stays until the client leaves."""
    seen: dict[str, Any] = {"token": request.token, "headers": request.headers, "messages": [], "closed": None}
    scenario.seen_sockets.append(seen)
    if scenario.sockets:
        steps = scenario.sockets.popleft()
    else:
        text = f"The script has no socket number {len(scenario.seen_sockets)}."
        scenario.problems.append(text)
        steps = [{"close": FATAL, "reason": text}]
    socket = Socket(connection, scenario, seen)
    if not await socket.handshake(request, next((step["reject"] for step in steps if "reject" in step), None)):
        return
    playing = asyncio.create_task(socket.play(steps))
    try:
        await socket.listen()
    except OSError as error:
        raise Gone from error
    finally:
        playing.cancel()
        (outcome,) = await asyncio.gather(playing, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, Gone):
            scenario.problems.append(f"the script of a socket failed: {outcome!r}")
        said = socket.protocol.close_rcvd
        seen["closed"] = {"code": said and said.code, "reason": said and said.reason}
