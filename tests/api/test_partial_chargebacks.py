"""A payer's bank takes a part of held money, or what was released of it in advance: what is left to bill, and how."""

from integrations.chargebacks import ReportedState
from tests.makers.books import broken_by
from tests.makers.chargebacks import report
from tests.makers.escrow import (
    fund,
    hold_of,
    invoices_of,
    make_delivered_project,
    make_funded_project,
    release,
    rule,
    sums_of,
)
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances
from tests.makers.projects import Made, approve
from tests.world import World


async def bank_takes(world: World, made: Made, hold: str, amount_minor: int) -> None:
    """The payer's bank takes so much of the payment of a hold, for good."""
    query = "query($id: ID!) { escrowHold(id: $id) { payments { nodes { id } } } }"
    [payment] = (await made.client.ask(query, id=hold))["escrowHold"]["payments"]["nodes"]
    await report(world, payment["id"], ReportedState.LOST, amount_minor)


async def refused_approval(made: Made) -> str:
    """From where approving the work is refused."""
    approval = {"taskId": made.task, "revision": 1, "idempotencyKey": made.client.world.key()}
    refusal = await made.client.refused("approveTask", **approval)
    assert refusal["code"] == "WRONG_STATE"
    return str(refusal["from"])


async def held_anew(made: Made) -> tuple[str, str]:
    """Funds the first milestone again: how much is held, and the fee of that, which the freelancer alone sees."""
    hold = (await fund(made))["hold"]["id"]
    shown = await hold_of(made.freelancer, hold)
    return shown["amount"]["decimal"], shown["fee"]["decimal"]


async def test_a_hold_of_which_a_bank_took_a_part_is_filled_up_before_the_work_is_approved(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await bank_takes(world, made, hold, 40_000)
    assert await sums_of(made.client, hold) == ["HELD", "0.00", "400.00", "600.00"]
    assert await refused_approval(made) == "UNDERFUNDED"
    await release(made, hold)
    assert await refused_approval(made) == "UNDERFUNDED"
    assert await held_anew(made) == ("400.00", "20.00")
    await world.settle()
    await approve(made, made.task)
    assert await invoices_of(made) == [("ADVANCE", "600.00", "0.00", "PAID"), ("MILESTONE", "1000.00", "0.00", "PAID")]
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await broken(world) == []


async def test_what_a_ruling_leaves_of_a_milestone_is_what_was_billed_of_it(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await bank_takes(world, made, hold, 40_000)
    staff = await world.staff()
    await staff.do("freezeEscrow", "hold { isFrozen }", holdId=hold)
    await rule(staff, hold, 60_000, 0)
    assert await invoices_of(made) == [("MILESTONE", "600.00", "0.00", "PAID")]
    query = "query($id: ID!) { project(id: $id) { milestones { amount { decimal } } reduction { decimal } status } }"
    assert (await made.client.ask(query, id=made.id))["project"] == {
        "milestones": [{"amount": {"decimal": "600.00"}}],
        "reduction": {"decimal": "400.00"},
        "status": "COMPLETED",
    }
    assert await broken(world) == []


async def test_the_rest_goes_neither_back_through_the_bank_nor_is_it_lost_in_a_ruling(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await bank_takes(world, made, hold, 40_000)
    giving_back = {"holdId": hold, "reason": "Too busy.", "idempotencyKey": world.key()}
    refusal = await made.freelancer.refused("refundEscrow", **giving_back)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "LOST", ["WON", "PREVENTED"])
    staff = await world.staff()
    await staff.do("freezeEscrow", "hold { isFrozen }", holdId=hold)
    await rule(staff, hold, 0, 60_000)
    assert await balances(world) == {"provider_cash": 60_000, "wallet_available": -60_000}
    assert (await hold_of(made.client, hold))["status"] == "REFUNDED"
    assert await broken(world) == []


async def test_after_a_bank_took_all_only_the_rest_is_held_anew_and_the_advance_is_paid_first(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await release(made, hold, 40_000)
    await bank_takes(world, made, hold, 100_000)
    assert (await fund(made))["hold"]["amount"] == {"decimal": "600.00"}
    await world.settle()
    assert await refused_approval(made) == "UNDERFUNDED"
    [advance] = (await made.client.ask("{ invoices { nodes { id } } }"))["invoices"]["nodes"]
    await made.client.do("payInvoice", "payment { id }", invoiceId=advance["id"], idempotencyKey=world.key())
    await world.settle()
    await approve(made, made.task)
    assert await invoices_of(made) == [("ADVANCE", "400.00", "0.00", "PAID"), ("MILESTONE", "1000.00", "0.00", "PAID")]
    assert await broken(world) == []


async def test_a_rest_that_is_given_back_twice_is_held_anew_as_the_same_rest(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await release(made, hold, 40_000)
    for _ in range(2):
        giving_back = {"holdId": hold, "reason": "Not this week.", "idempotencyKey": world.key()}
        await made.freelancer.do("refundEscrow", "hold { status }", **giving_back)
        assert await held_anew(made) == ("600.00", "30.00")
        await world.settle()
        hold = (await made.client.ask("{ escrowHolds { nodes { id } } }"))["escrowHolds"]["nodes"][0]["id"]
    await approve(made, made.task)
    assert await invoices_of(made) == [("ADVANCE", "400.00", "0.00", "PAID"), ("MILESTONE", "1000.00", "0.00", "PAID")]
    assert await broken(world) == []


async def test_what_is_paid_in_advance_as_a_whole_is_not_funded_again(world: World) -> None:
    made, hold = await make_funded_project(world)
    await release(made, hold)
    input = {"milestoneId": made.milestone, "idempotencyKey": world.key()}
    refusal = await made.client.refused("fundMilestone", **input)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "RELEASED")


async def test_a_settled_advance_stays_settled_when_a_bank_takes_all_of_the_money_back(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await release(made, hold, 40_000)
    await approve(made, made.task)
    await bank_takes(world, made, hold, 100_000)
    assert await invoices_of(made) == [
        ("ADVANCE", "400.00", "400.00", "OPEN"),
        ("MILESTONE", "1000.00", "600.00", "OPEN"),
    ]
    assert await balances(world) == {"receivable": 100_000, "billed": -100_000}
    assert await broken(world) == []
    await make_method(made.client, "sim_ok")
    for invoice in (await made.client.ask("{ invoices { nodes { id } } }"))["invoices"]["nodes"]:
        await made.client.do("payInvoice", "payment { id }", invoiceId=invoice["id"], idempotencyKey=world.key())
        await world.settle()
        assert await broken(world) == []
    assert await balances(world) == {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}
    assert await broken_by(world, "UPDATE advance_applications SET amount_minor = amount_minor + 1") == {"ADVANCE"}
