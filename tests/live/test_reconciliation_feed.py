"""The feed of a reconciliation: staff for money see it go from phase to phase to its end."""

import pytest

from domain.permissions import StaffRole
from tests.live.sockets import Socket
from tests.makers.reports import begin, next_night
from tests.world import World

FEED = (
    "subscription($id: ID!, $after: Cursor) { cashReconciliationProgress(cashReconciliationId: $id, after: $after)"
    " { event { type data } reconciliation { phase status } } }"
)


async def test_staff_see_a_reconciliation_go_from_phase_to_phase(
    world: World, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    day = await next_night(world)
    staff = await world.staff(StaffRole.FINANCE)
    cursor = (await staff.ask("{ liveCursor }"))["liveCursor"]
    started = await staff.do(
        "runCashReconciliation",
        "reconciliation { id }",
        provider="SIMULATOR",
        day=day.isoformat(),
        idempotencyKey=world.key(),
    )
    assert diarist.lines == []
    id_ = started["reconciliation"]["id"]
    async with Socket.opened(live, staff.token) as socket:
        await socket.subscribe(FEED, id=id_, after=cursor)
        await world.settle()
        heard = [await socket.next() for _ in range(4)]
    assert [(one["event"]["type"], one["event"]["data"].get("phase")) for one in heard] == [
        ("cash_reconciliation.started", None),
        ("cash_reconciliation.progressed", "COMPARING"),
        ("cash_reconciliation.progressed", "REPAIRING"),
        ("cash_reconciliation.completed", None),
    ]
    assert heard[-1]["reconciliation"] == {"phase": "DONE", "status": "COMPLETED"}


async def test_nobody_else_sees_it(world: World, live: str) -> None:
    staff, owner = await world.staff(StaffRole.FINANCE), await world.client_side()
    started = await staff.do(
        "runCashReconciliation",
        "reconciliation { id }",
        provider="SIMULATOR",
        day=world.clock.now().date().isoformat(),
        idempotencyKey=world.key(),
    )
    async with Socket.opened(live, owner.token) as socket:
        await socket.subscribe(FEED, id=started["reconciliation"]["id"])
        assert "staff:money" in (await socket.error())["message"]
