"""Money that goes back takes its credits along: refunds, lost chargebacks, and what is owed."""

from domain.permissions import StaffRole
from schema.ids import global_id
from tests.makers.approvals import another_of_staff
from tests.makers.credit_buyers import Buyer, make_buyer
from tests.makers.invariants import broken
from tests.makers.payments import balances, unsound
from tests.world import World


async def test_credits_example_6_refunds_take_the_credits_back_with_the_money(world: World) -> None:
    buyer = await make_buyer(world)
    purchase = await buyer.buy()
    first = (await buyer.refund(purchase, 500))["purchase"]
    assert (first["status"], first["clawedBack"]) == ("PARTIALLY_REFUNDED", "50")
    assert (await buyer.account()).available == 150

    rest = (await buyer.refund(purchase))["purchase"]
    assert (rest["status"], rest["clawedBack"]) == ("REFUNDED", "200")
    assert (await buyer.account()).available == 0
    assert "deferred_revenue" not in await balances(world)
    assert await broken(world) == []


async def test_credits_rule_13_spent_credits_keep_a_refund_back_unless_staff_book_a_debt(world: World) -> None:
    buyer = await make_buyer(world)
    purchase = await buyer.buy()
    await buyer.person.do(
        "spendCredits",
        "transaction { id }",
        quantity=180,
        description="Work",
        idempotencyKey=world.key(),
    )
    refused = await buyer.refund(purchase)
    assert refused["code"] == "INSUFFICIENT_CREDITS"

    refunded = (await buyer.refund(purchase, shortfall="DEBT"))["purchase"]
    assert (refunded["status"], refunded["clawedBack"], refunded["missing"]) == ("REFUNDED", "200", "180")
    account = await buyer.account()
    assert (account.status.name, account.available, account.has_shortfall) == ("FROZEN", 0, True)
    assert (await balances(world))["org_debt"] == 1799
    await _settles(buyer, 1799)
    assert "deferred_revenue" not in await balances(world)
    assert await unsound(world) == []


async def _settles(buyer: Buyer, amount_minor: int) -> None:
    """The account opens again once the debt is given up, and not before."""
    unfreeze = {"accountId": global_id("CreditAccount", (await buyer.account()).id), "reason": "It is settled."}
    refused = await buyer.staff.refused("unfreezeCreditAccount", **unfreeze)
    assert (refused["code"], refused["from"]) == ("WRONG_STATE", "SHORTFALL")
    asked = await buyer.staff.do(
        "writeOffDebt",
        "approval { id }",
        organizationId=global_id("Organization", buyer.person.organization_id),
        amount={"amountMinor": str(amount_minor), "currency": "USD"},
        reason="They will not pay.",
        idempotencyKey=buyer.world.key(),
    )
    second = await another_of_staff(buyer.world, buyer.staff, StaffRole.FINANCE)
    await second.do(
        "approve", "approval { status }", approvalId=asked["approval"]["id"], idempotencyKey=buyer.world.key()
    )
    await buyer.world.settle()
    await buyer.staff.do("unfreezeCreditAccount", "account { status }", **unfreeze)
    assert (await buyer.account()).status.name == "ACTIVE"


async def test_credits_rule_14_a_lost_chargeback_takes_other_paid_credits_and_then_books_a_debt(world: World) -> None:
    buyer = await make_buyer(world)
    disputed = await buyer.buy(token="sim_chargeback")
    await buyer.buy(quantity=10)
    await buyer.person.do(
        "spendCredits",
        "transaction { id }",
        quantity=150,
        description="Work",
        idempotencyKey=world.key(),
    )
    await buyer.after(days=1, minutes=10)
    assert (await buyer.account()).available == 60

    await buyer.after(days=40)

    purchase = await buyer.purchase(disputed)
    assert (purchase.status.name, purchase.clawed_back, purchase.missing) == ("CHARGED_BACK", 200, 140)
    account = await buyer.account()
    assert (account.status.name, account.available) == ("FROZEN", 0)
    assert (await balances(world))["org_debt"] == 1399
    assert await unsound(world) == []
