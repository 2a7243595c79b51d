"""The faults of stand-ins: what the caller sees, and whether it has happened all the same."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from standins.faults import Fault, Faults, Faulty
from standins.serving import serving


class Counting:
    """An app that counts what has happened."""

    def __init__(self) -> None:
        self.effects = 0
        self.app = Starlette(routes=[Route("/things", self.make, methods=["POST"])])

    async def make(self, request: Request) -> JSONResponse:
        self.effects += 1
        return JSONResponse({"made": self.effects})


async def seen(fault: Fault) -> tuple[str, int]:
    """What a caller sees of a request that meets this fault, and how often the effect has happened."""
    counting, faults = Counting(), Faults()
    faults.script(fault, path="/things")
    async with serving(Faulty(counting.app, faults)) as url, httpx2.AsyncClient() as client:
        try:
            answer = await client.post(f"{url}/things")
            sight = f"{answer.status_code} {answer.text}"
        except httpx2.HTTPError as error:
            sight = type(error).__name__
        assert (await client.post(f"{url}/things")).json() == {"made": counting.effects}
    return sight, counting.effects - 1


@pytest.mark.parametrize(("fault", "effects"), [(Fault.NO_ANSWER_BEFORE, 0), (Fault.NO_ANSWER_AFTER, 1)])
async def test_no_answer_comes_before_or_after_the_effect(fault: Fault, effects: int) -> None:
    assert await seen(fault) == ("RemoteProtocolError", effects)


@pytest.mark.parametrize(("fault", "effects"), [(Fault.ERROR_BEFORE, 0), (Fault.ERROR_AFTER, 1)])
async def test_an_error_comes_before_or_after_the_effect(fault: Fault, effects: int) -> None:
    sight, happened = await seen(fault)
    assert (sight[:3], happened) == ("500", effects)


async def test_a_broken_body_comes_after_the_effect() -> None:
    assert await seen(Fault.BROKEN_BODY) == ('200 {"mad', 1)


def test_the_same_seed_has_the_same_requests_go_wrong_and_none_that_only_ask() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        faults = Faults(seed=seed, chances={Fault.NO_ANSWER_AFTER: 0.2, Fault.ERROR_BEFORE: 0.1})
        return [faults.next_for("POST", "/") for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert drawn(1).count(Fault.NO_ANSWER_AFTER) > drawn(1).count(Fault.ERROR_BEFORE) > 0
    assert Faults(chances={Fault.ERROR_BEFORE: 1.0}).next_for("GET", "/") is None
