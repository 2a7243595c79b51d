"""The stand-ins' courier: what is sent, in which order, and again after a refusal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from standins.courier import AGAIN_AFTER, Courier, Message, Plan
from standins.serving import serving

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Receiver:
    """Takes webhooks, and refuses the first ones as it is told."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses, self.taken = refuses, list[str]()
        self.signed: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = (await request.body()).decode()
        self.refuses -= 1
        if self.refuses < 0:
            self.taken.append(body)
            self.signed.append(request.headers["x-signed"])
        await Response(status_code=202 if self.refuses < 0 else 503)(scope, receive, send)


def seal(message: Message, at: datetime) -> Mapping[str, str]:
    return {"X-Signed": f"{message.id} {at:%H:%M}"}


@asynccontextmanager
async def couriers(receiver: Receiver, plan: Plan | None = None) -> AsyncIterator[tuple[Courier, list[datetime]]]:
    times = [NOON]
    async with serving(receiver) as url:
        yield Courier(url, seal, plan=plan, clock=lambda: times[-1]), times


def message(number: int) -> Message:
    return Message(id=f"m{number}", body=str(number).encode())


async def test_a_message_is_signed_when_it_leaves_and_sent_again_only_when_it_is_due() -> None:
    receiver = Receiver(refuses=1)
    async with couriers(receiver) as (courier, times):
        courier.post(message(1))
        await courier.deliver_due()
        await courier.deliver_due()
        assert (receiver.taken, courier.waiting[0].statuses) == ([], [503])
        times.append(NOON + timedelta(seconds=60))
        await courier.deliver_due()
    assert (receiver.taken, receiver.signed, courier.waiting) == (["1"], ["m1 12:01"], [])


async def test_what_is_signed_is_the_time_of_leaving_by_a_clock_of_its_own() -> None:
    receiver = Receiver()
    async with couriers(receiver) as (courier, times):
        courier.leaves_at = lambda: NOON
        courier.post(message(1))
        times.append(NOON + timedelta(days=9))
        await courier.deliver_due()
    assert receiver.signed == ["m1 12:00"]


async def test_flushing_sends_copies_mixed_and_what_was_lost_at_last_the_same_way_for_the_same_seed() -> None:
    orders = []
    for _ in range(2):
        receiver = Receiver()
        async with couriers(receiver, Plan(seed=3, copies=3, lost=0.4, is_mixed=True)) as (courier, _times):
            for number in range(4):
                courier.post(message(number))
            await courier.flush()
        orders.append(receiver.taken)
    assert sorted(orders[0]) == sorted(["0", "1", "2", "3"] * 3)
    assert orders[0] == orders[1] != sorted(orders[0])


async def test_a_message_that_nobody_takes_is_given_up_after_the_last_attempt() -> None:
    courier = Courier("http://127.0.0.1:1/nobody", seal, clock=lambda: NOON)
    courier.post(message(1))
    await courier.flush()
    assert [parcel.statuses for parcel in courier.given_up] == [[0] * (len(AGAIN_AFTER) + 1)]


async def test_without_a_url_nobody_is_told() -> None:
    courier = Courier(None, seal)
    courier.post(message(1))
    assert courier.waiting == []
