"""The bus between several machines: a stream of NATS JetStream, which every process publishes to and follows alone."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamInfo
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from domain.bus import Placed

SUBJECT = "milepost.placed"
STREAM = "milepost"
PATIENCE_SECONDS = 0.5
"""How long the relay waits at most for the broker to have a message."""
AGAIN_SECONDS = 0.5
CHECK_SECONDS = 5.0
"""How often a silent follower asks whether the broker still knows it."""
_CONNECT_SECONDS = 2
_KEPT_SECONDS, _DUPLICATE_SECONDS, _MOST_MESSAGES = 3600, 120, 100_000
_FORGOTTEN_SECONDS = 30.0
"""How long the broker remembers a follower that has gone."""

log = logging.getLogger(__name__)


class NatsBus:
    """Connections are opened when they are needed, and anew when they end: no message waits in a client's memory."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._publisher: Client | None = None
        self._not_before = 0.0

    async def publish(self, placed: Placed) -> None:
        if time.monotonic() < self._not_before:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                # An event's id makes the broker drop what is told twice.
                await (await self._stream()).publish(
                    SUBJECT, _written(placed), headers={"Nats-Msg-Id": str(placed.last_id)}
                )
        except Exception as error:
            # The events have their positions: what the broker says to it stops nothing.
            log.warning("the bus does not take what is told: subscribers look for themselves meanwhile (%r)", error)
            self._not_before = time.monotonic() + AGAIN_SECONDS
            await self.close()

    async def follow(self, heard: Callable[[Placed], None], missed: Callable[[], None]) -> None:
        follower = _Follower(heard, missed)
        while True:
            try:
                await self._follow(follower)
            except Exception as error:
                # Whatever it is, also what no broker should say: nobody would begin to listen again.
                log.warning("the bus is away: subscribers look for themselves meanwhile (%r)", error)
            await asyncio.sleep(AGAIN_SECONDS)

    async def probe(self) -> None:
        connection = await self._connect()
        try:
            await connection.jetstream(timeout=_CONNECT_SECONDS).account_info()
        finally:
            await connection.close()

    async def close(self) -> None:
        connection, self._publisher = self._publisher, None
        if connection is not None:
            with suppress(Exception):
                await connection.close()

    async def _stream(self) -> JetStreamContext:
        if self._publisher is None or not self._publisher.is_connected:
            self._publisher = await self._connect()
            await _ensure_stream(self._publisher.jetstream())
        return self._publisher.jetstream()

    async def _follow(self, follower: "_Follower") -> None:
        """Until the connection ends, or the broker has forgotten who listens."""
        ended = asyncio.Event()
        connection = await self._connect(ended)
        try:
            stream = connection.jetstream(timeout=_CONNECT_SECONDS)
            start = follower.start(await _ensure_stream(stream))
            subscription = await stream.subscribe(
                SUBJECT, stream=STREAM, cb=follower.take, config=start, manual_ack=True
            )
            while not ended.is_set():
                await subscription.consumer_info()
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await ended.wait()
        finally:
            # Its failure must not take the place of a cancellation, which would be lost.
            with suppress(Exception):
                await connection.close()

    async def _connect(self, ended: asyncio.Event | None = None) -> Client:
        async def closed() -> None:
            if ended is not None:
                ended.set()

        # The client would come back by itself too, but to a stream that it has forgotten its place in.
        return await nats.connect(
            self._url.split(","),
            name="milepost",
            allow_reconnect=False,
            # Two attempts for each server, and then whoever asked hears of it.
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=_CONNECT_SECONDS,
            ping_interval=5,
            max_outstanding_pings=2,
            closed_cb=closed,
            error_cb=_note,
        )


class _Follower:
    """Where one process is in the stream, whatever becomes of its connections."""

    def __init__(self, heard: Callable[[Placed], None], missed: Callable[[], None]) -> None:
        self._heard, self._missed = heard, missed
        self._stream: object = None
        self._sequence = 0

    def start(self, stream: StreamInfo) -> ConsumerConfig:
        """Behind the last message it has taken; at the end of a stream that it does not know."""
        last = stream.state.last_seq
        if stream.created != self._stream or last < self._sequence:
            self._stream, self._sequence = stream.created, last
            self._missed()
        return ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._sequence + 1,
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
            inactive_threshold=_FORGOTTEN_SECONDS,
        )

    async def take(self, message: Msg) -> None:
        self._sequence = max(self._sequence, message.metadata.sequence.stream)
        try:
            placed = _read(message.data)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("cannot read what the bus tells: %r", error)
            self._missed()
        else:
            self._heard(placed)


async def _ensure_stream(stream: JetStreamContext) -> StreamInfo:
    """Whoever comes first makes it; an operator may make it before, with copies on several brokers."""
    try:
        return await stream.stream_info(STREAM)
    except NotFoundError:
        return await stream.add_stream(
            name=STREAM,
            subjects=[SUBJECT],
            max_age=_KEPT_SECONDS,
            max_msgs=_MOST_MESSAGES,
            duplicate_window=_DUPLICATE_SECONDS,
        )


async def _note(error: Exception) -> None:
    log.debug("the bus: %r", error)


def _written(placed: Placed) -> bytes:
    told = {
        "first": placed.first,
        "last": placed.last,
        "lastId": placed.last_id.hex,
        "topics": [one.hex for one in placed.topics],
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _read(data: bytes) -> Placed:
    told = json.loads(data)
    topics = frozenset(UUID(hex=one) for one in told["topics"])
    return Placed(int(told["first"]), int(told["last"]), UUID(hex=told["lastId"]), topics)
