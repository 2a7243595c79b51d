"""Outcomes of refunds and payouts that nobody knows for three days: staff are told, until somebody knows."""

from datetime import timedelta
from types import ModuleType
from uuid import UUID

from integrations.payments import NoAnswer
from jobs import payouts, refunds
from tests.makers.credits import credit, make_paid, refund_of
from tests.makers.payouts import earner, request_payout, states_of_payouts
from tests.world import Person, World

EXCEPTIONS = "{ moneyExceptions(filter: {kind: [UNKNOWN_TOO_LONG]}) { nodes { status subjectId resolution } } }"


async def told(staff: Person) -> list[tuple[str, str, str | None]]:
    nodes = (await staff.ask(EXCEPTIONS))["moneyExceptions"]["nodes"]
    return [(one["subjectId"], one["status"], one["resolution"]) for one in nodes]


async def stays_unknown_until_asked(world: World, jobs: ModuleType, id_: str, known_as: str) -> None:
    """Sends it, hears nothing for three days, and then the provider's answer."""
    staff, unknown = await world.staff(), NoAnswer(reason="timeout")
    await jobs.send_pending(world.database, world.clock.now())
    for hours, expected in ((71, []), (1, [(id_, "OPEN", None)]), (1, [(id_, "OPEN", None)])):
        world.clock.advance(timedelta(hours=hours))
        await jobs.record_outcome(world.database, UUID(id_[4:]), unknown, world.clock.now())
        assert await told(staff) == expected
    assert await jobs.ask_unanswered(world.database, world.clock.now()) == 1
    assert await told(staff) == [(id_, "RESOLVED", f"It is known now: {known_as}.")]


async def test_staff_are_told_of_a_refund_that_stays_unknown(world: World) -> None:
    claim, _ = await make_paid(world, token="sim_refund_timeout_done")
    await credit(claim, 40_000, refund=True)
    refund = await refund_of(claim)
    await stays_unknown_until_asked(world, refunds, f"rfd_{refund.id.hex}", "SUCCEEDED")
    assert (await refund_of(claim)).status.name == "SUCCEEDED"


async def test_staff_are_told_of_a_payout_that_stays_unknown(world: World) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_timeout_paid")
    payout = await request_payout(freelancer, 20_000)
    await stays_unknown_until_asked(world, payouts, payout["id"], "PAID")
    assert await states_of_payouts(world) == ["PAID"]
