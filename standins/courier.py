"""Webhooks on their way: signed when they leave, sent again when refused, by a seeded plan doubled, mixed or lost."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2

AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (60, 300, 1800, 7200, 21600, 43200, 86400))
"""The waits between the attempts to deliver one message; after the last it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told, as it goes over the wire. Every attempt carries the same body."""

    id: str
    body: bytes


Seal = Callable[[Message, datetime], Mapping[str, str]]
"""Makes the headers of one attempt at an instant, the signature among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes wrong on the way. The shares lie between 0 and 1; the same seed has the same messages go wrong."""

    seed: int = 0
    copies: int = 1
    """How often each message is sent at all."""
    lost: float = 0.0
    """The share of messages whose first attempt never arrives: they come with the next one."""
    is_mixed: bool = False
    """Whether what is due together arrives in any order."""


@dataclass(eq=False, slots=True, kw_only=True)
class Parcel:
    """One copy of a message, until somebody has taken it."""

    message: Message
    due_at: datetime
    is_lost_first: bool
    attempts: int = 0
    statuses: list[int] = field(default_factory=list)
    """What was answered so far; 0 where nobody was there."""


def real_time() -> datetime:
    return datetime.now(UTC)


class Courier:
    """Brings messages to one URL, when they are due by its clock or, with `flush`, at once. None: nobody is told."""

    def __init__(
        self, url: str | None, seal: Seal, *, plan: Plan | None = None, clock: Callable[[], datetime] = real_time
    ) -> None:
        self.url, self.plan, self._seal, self._clock = url, plan or Plan(), seal, clock
        self.leaves_at = clock
        """What is signed is the time by this clock: receivers look at real time, whatever the stand-in's own says."""
        self.waiting: list[Parcel] = []
        self.given_up: list[Parcel] = []
        self.delivered = 0
        self._random = random.Random(self.plan.seed)

    def follow(self, plan: Plan) -> None:
        """Has this go wrong from now on."""
        self.plan, self._random = plan, random.Random(plan.seed)

    def post(self, message: Message) -> None:
        """Takes a message on. Nothing is sent yet."""
        if self.url is None:
            return
        for _ in range(self.plan.copies):
            is_lost = self._random.random() < self.plan.lost
            self.waiting.append(Parcel(message=message, due_at=self._clock(), is_lost_first=is_lost))

    async def deliver_due(self) -> None:
        """Makes one attempt for everything that is due by the clock."""
        now = self._clock()
        await self._attempt([parcel for parcel in self.waiting if parcel.due_at <= now])

    async def flush(self) -> None:
        """Sends everything at once, and again until it is taken or given up, whatever the clock says."""
        while self.waiting:
            await self._attempt(list(self.waiting))

    async def _attempt(self, parcels: list[Parcel]) -> None:
        if self.url is None or not parcels:
            return
        if self.plan.is_mixed:
            self._random.shuffle(parcels)
        async with httpx2.AsyncClient(timeout=10) as client:
            for parcel in parcels:
                parcel.attempts += 1
                if parcel.is_lost_first and parcel.attempts == 1:
                    self._postpone(parcel)
                    continue
                status = await self._send(client, parcel.message)
                parcel.statuses.append(status)
                if 200 <= status < 300:
                    self.delivered += 1
                    self.waiting.remove(parcel)
                else:
                    self._postpone(parcel)

    async def _send(self, client: httpx2.AsyncClient, message: Message) -> int:
        headers = {"Content-Type": "application/json", **self._seal(message, self.leaves_at())}
        try:
            answer = await client.post(self.url or "", content=message.body, headers=headers)
        except httpx2.HTTPError:
            return 0
        return answer.status_code

    def _postpone(self, parcel: Parcel) -> None:
        if parcel.attempts > len(AGAIN_AFTER):
            self.waiting.remove(parcel)
            self.given_up.append(parcel)
        else:
            parcel.due_at = self._clock() + AGAIN_AFTER[parcel.attempts - 1]
