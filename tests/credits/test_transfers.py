"""Sending bought credits to another organization."""

from datetime import timedelta
from typing import Any

from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.ids import new_id
from domain.permissions import Role
from persistence import credit_accounts, credit_lots
from persistence.books import check_books
from persistence.unit import Unit, transact
from tests.makers.colleagues import colleague
from tests.world import Person, World

SENT = "transaction { type quantity balanceAfter } approval { id status requiredPermission }"


async def make_bought(world: World, person: Person, quantity: int, days_ago: int = 14) -> None:
    """Credits that somebody's organization bought some days ago, at ten cents each; now is later."""

    async def work(db: Unit) -> None:
        account = await credit_accounts.locked(db, person.organization_id)
        lot = {"source": LotSource.PURCHASE, "source_id": new_id(), "quantity": quantity}
        ends = db.at + timedelta(days=365)
        await credit_lots.open_lot(db, account, **lot, cost_minor=10 * quantity, currency="USD", expires_at=ends)

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())
    world.clock.advance(timedelta(days=days_ago))


def send(world: World, receiver: Person, quantity: int) -> dict[str, Any]:
    to = f"org_{receiver.organization_id.hex}"
    return {"toOrganizationId": to, "quantity": quantity, "note": "For June", "idempotencyKey": world.key()}


async def balance(person: Person) -> str:
    found: str = (await person.ask("{ creditAccount { available } }"))["creditAccount"]["available"]
    return found


async def test_bought_credits_go_to_another_organization_with_their_end_and_their_cost(world: World) -> None:
    sender, receiver = await world.client_side(), await world.freelancer_side()
    await make_bought(world, sender, 100)

    sent = await sender.do("transferCredits", SENT, **send(world, receiver, 40))

    assert sent["transaction"] == {"type": "TRANSFER_OUT", "quantity": "40", "balanceAfter": "60"}
    assert sent["approval"] is None
    query = "{ creditLots { nodes { source quantity expiresAt cost { amountMinor } } } }"
    [arrived] = (await receiver.ask(query))["creditLots"]["nodes"]
    [left] = (await sender.ask(query))["creditLots"]["nodes"]
    assert (arrived["source"], arrived["quantity"], arrived["cost"]) == ("TRANSFER", "40", {"amountMinor": "400"})
    assert arrived["expiresAt"] == left["expiresAt"]
    assert (await balance(sender), await balance(receiver)) == ("60", "40")
    assert await check_books(world.database, world.clock.now()) == []


async def test_what_was_bought_lately_or_given_does_not_move(world: World) -> None:
    sender, receiver = await world.client_side(), await world.freelancer_side()
    await make_bought(world, sender, 100, days_ago=13)

    refusal = await sender.refused("transferCredits", **send(world, receiver, 1))

    assert refusal["code"] == "INSUFFICIENT_CREDITS"


async def test_no_more_than_ten_thousand_a_day_and_nothing_to_oneself(world: World) -> None:
    sender, receiver = await world.client_side(), await world.freelancer_side()
    await make_bought(world, sender, 20_000)
    await sender.do("transferCredits", SENT, **send(world, receiver, 5_000))
    await sender.do("transferCredits", SENT, **send(world, receiver, 4_000))

    more = await sender.refused("transferCredits", **send(world, receiver, 1_001))
    own = await sender.refused("transferCredits", **send(world, sender, 1))
    nobody = await sender.refused(
        "transferCredits", toOrganizationId=f"org_{new_id().hex}", quantity=1, idempotencyKey=world.key()
    )

    assert [one["code"] for one in (more, own, nobody)] == ["LIMIT_REACHED", "INVALID", "NOT_FOUND"]
    await sender.do("transferCredits", SENT, **send(world, receiver, 1_000))


async def test_above_five_thousand_a_second_member_agrees_first(world: World) -> None:
    sender, receiver = await world.client_side(), await world.freelancer_side()
    other = await colleague(world, sender, Role.FINANCE)
    await make_bought(world, sender, 20_000)

    asked = await sender.do("transferCredits", SENT, **send(world, receiver, 5_001))
    approval = asked["approval"]
    assert (asked["transaction"], approval["status"]) == (None, "PENDING")
    assert approval["requiredPermission"] == "credits:manage"
    assert await balance(sender) == "20000"

    own = await sender.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
    agreed = await other.do("approve", "approval { status }", approvalId=approval["id"], idempotencyKey=world.key())

    assert own["code"] == "FORBIDDEN"
    assert agreed["approval"]["status"] == "APPROVED"
    assert (await balance(sender), await balance(receiver)) == ("14999", "5001")
    assert await check_books(world.database, world.clock.now()) == []


async def test_a_frozen_account_neither_sends_nor_receives(world: World) -> None:
    sender, receiver, staff = await world.client_side(), await world.freelancer_side(), await world.staff()
    await make_bought(world, sender, 100)
    account = (await receiver.ask("{ creditAccount { id } }"))["creditAccount"]["id"]
    await staff.do("freezeCreditAccount", "account { id }", accountId=account, reason="Looked into")

    refusal = await sender.refused("transferCredits", **send(world, receiver, 1))

    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "FROZEN")
