"""Spending and setting aside credits, through the API."""

import asyncio
from datetime import timedelta

from domain.permissions import Role
from persistence.books import check_books
from tests.makers.colleagues import colleague
from tests.makers.credit_holders import MOVED, holder
from tests.makers.invariants import broken
from tests.world import World


async def test_an_organization_has_an_empty_account_from_its_beginning(world: World) -> None:
    found = await holder(world)

    account = await found.account()

    assert (account["status"], account["available"], account["held"]) == ("ACTIVE", "0", "0")


async def test_a_spend_says_which_lots_it_came_from_and_what_is_left(world: World) -> None:
    found = await holder(world, 30)

    moved = await found.do(
        "spendCredits", quantity=12, reference="job-7", description="A report", metadata={"pages": 3}
    )

    transaction = moved["transaction"]
    assert moved["balance"] == "18"
    assert (transaction["type"], transaction["status"], transaction["balanceAfter"]) == ("SPEND", "POSTED", "18")
    assert transaction["metadata"] == {"pages": 3}
    [consumption] = transaction["consumptions"]
    assert (consumption["quantity"], consumption["direction"], consumption["lot"]["source"]) == ("12", "OUT", "GRANT")
    assert (await found.account())["available"] == "18"
    assert await check_books(world.database, world.clock.now()) == []


async def test_more_than_is_available_is_refused_with_both_numbers(world: World) -> None:
    found = await holder(world, 5)
    query = """mutation($input: SpendCreditsInput!) { spendCredits(input: $input) {
      ... on Refusal { code requiredCredits availableCredits } } }"""

    answer = await found.owner.ask(query, input={"quantity": 6, "idempotencyKey": world.key()})

    assert answer["spendCredits"] == {"code": "INSUFFICIENT_CREDITS", "requiredCredits": "6", "availableCredits": "5"}
    assert (await found.account())["available"] == "5"


async def test_credits_invariant_13_a_repeated_key_spends_once(world: World) -> None:
    found = await holder(world, 30)
    input = {"quantity": 10, "idempotencyKey": world.key()}

    answers = await asyncio.gather(
        *(found.owner.do("spendCredits", "transaction { id } balance replayed", **input) for _ in range(5))
    )

    assert len({answer["transaction"]["id"] for answer in answers}) == 1
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    assert {answer["balance"] for answer in answers} == {"20"}
    assert (await found.account())["available"] == "20"


async def test_a_hold_is_captured_in_part_by_whoever_made_it(world: World) -> None:
    found = await holder(world, 50)
    held = await found.do("holdCredits", quantity=30, expiresIn=60)
    id_ = held["transaction"]["id"]
    assert (held["transaction"]["status"], held["balance"], (await found.account())["held"]) == (
        "PENDING",
        "20",
        "30",
    )

    captured = await found.do("captureCredits", transactionId=id_, quantity=18)

    assert (captured["transaction"]["status"], captured["transaction"]["capturedQuantity"]) == ("POSTED", "18")
    assert captured["balance"] == "32"
    refusal = await found.refused("captureCredits", transactionId=id_)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "POSTED")
    assert await check_books(world.database, world.clock.now()) == []


async def test_somebody_else_of_the_organization_may_release_a_hold_but_not_capture_it(world: World) -> None:
    found = await holder(world, 50)
    id_ = (await found.do("holdCredits", quantity=30))["transaction"]["id"]
    other = await colleague(world, found.owner, Role.ADMIN)

    refusal = await other.refused("captureCredits", transactionId=id_, idempotencyKey=world.key())
    released = await other.do("releaseCredits", MOVED, transactionId=id_, idempotencyKey=world.key())

    assert refusal["code"] == "FORBIDDEN"
    assert (released["transaction"]["status"], released["balance"]) == ("VOIDED", "50")


async def test_a_hold_ends_by_itself_when_its_time_is_over(world: World) -> None:
    found = await holder(world, 50)
    id_ = (await found.do("holdCredits", quantity=30, expiresIn=60))["transaction"]["id"]
    world.clock.advance(timedelta(seconds=61))
    await world.settle()

    node = await found.owner.ask("query($id: ID!) { creditTransaction(id: $id) { status } }", id=id_)

    assert node["creditTransaction"]["status"] == "EXPIRED"
    assert (await found.account())["available"] == "50"


async def test_a_hold_whose_time_is_over_is_not_captured_although_nobody_has_ended_it_yet(world: World) -> None:
    found = await holder(world, 50)
    id_ = (await found.do("holdCredits", quantity=30, expiresIn=60))["transaction"]["id"]
    world.clock.advance(timedelta(seconds=60))

    refusal = await found.refused("captureCredits", transactionId=id_)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "EXPIRED", ["PENDING"])
    await world.settle()
    account = await found.account()
    assert (account["available"], account["held"]) == ("50", "0")


async def test_lots_expire_on_their_instant_whether_or_not_anybody_looks(world: World) -> None:
    found = await holder(world, 5)
    await found.given(20, expiresAt=(world.clock.now() + timedelta(days=1)).isoformat())
    world.clock.advance(timedelta(days=1))
    assert (await found.account())["available"] == "5"

    await world.settle()

    listed = await found.owner.ask(
        "{ creditTransactions(filter: { type: [EXPIRE] }) { nodes { quantity balanceAfter actorKind } } }"
    )
    assert listed["creditTransactions"]["nodes"] == [{"quantity": "20", "balanceAfter": "5", "actorKind": "SYSTEM"}]
    assert await check_books(world.database, world.clock.now()) == []


async def test_staff_give_a_spend_back_in_parts_and_never_more_than_it_was(world: World) -> None:
    found = await holder(world, 30)
    id_ = (await found.do("spendCredits", quantity=12))["transaction"]["id"]
    refund = {"transactionId": id_, "reason": "It did not work", "quantity": 5}

    first = await found.staff.do("refundCreditSpend", MOVED, **refund, idempotencyKey=world.key())
    rest = await found.staff.do(
        "refundCreditSpend", MOVED, transactionId=id_, reason="All of it", idempotencyKey=world.key()
    )
    more = await found.staff.refused("refundCreditSpend", **refund, idempotencyKey=world.key())
    own = await found.refused("refundCreditSpend", **refund)

    assert [one["transaction"]["quantity"] for one in (first, rest)] == ["5", "7"]
    assert (more["code"], more["path"]) == ("INVALID", ["quantity"])
    assert own["code"] == "FORBIDDEN"
    assert (await found.account())["available"] == "30"


async def test_what_staff_granted_they_can_reverse_once(world: World) -> None:
    found = await holder(world)
    granted = await found.given(40)
    undo = {"transactionId": granted["transaction"]["id"], "reason": "A slip"}

    done = await found.staff.do(
        "reverseCreditTransaction",
        "transaction { type quantity reverses { id } } account { available }",
        **undo,
        idempotencyKey=world.key(),
    )
    again = await found.staff.refused("reverseCreditTransaction", **undo, idempotencyKey=world.key())

    assert done["account"]["available"] == "0"
    assert done["transaction"] == {"type": "REVERSAL", "quantity": "40", "reverses": {"id": undo["transactionId"]}}
    assert (again["code"], again["from"]) == ("WRONG_STATE", "REVERSED")
    assert await check_books(world.database, world.clock.now()) == []


async def test_credits_invariant_11_a_frozen_account_spends_nothing_and_a_closed_one_takes_nothing(
    world: World,
) -> None:
    found = await holder(world, 30)
    why = {"accountId": found.account_id, "reason": "Looked into"}
    await found.staff.do("freezeCreditAccount", "account { status }", **why)

    refusal = await found.refused("spendCredits", quantity=1)
    assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "FROZEN", ["ACTIVE"])
    assert (await found.account())["freezeReason"] == "Looked into"

    await found.staff.do("unfreezeCreditAccount", "account { status }", **why)
    full = await found.owner.refused("closeCreditAccount", accountId=found.account_id)
    assert full["code"] == "WRONG_STATE"
    await found.do("spendCredits", quantity=30)
    await found.owner.do("closeCreditAccount", "account { status }", accountId=found.account_id)
    closed = await found.staff.refused(
        "grantCredits", accountId=found.account_id, quantity=1, reason="Late", idempotencyKey=world.key()
    )
    assert (closed["code"], closed["from"]) == ("WRONG_STATE", "CLOSED")


async def test_the_history_of_an_account_begins_with_its_opening(world: World) -> None:
    found = await holder(world)
    why = {"accountId": found.account_id, "reason": "Looked into"}
    await found.staff.do("freezeCreditAccount", "account { status }", **why)
    await found.staff.do("unfreezeCreditAccount", "account { status }", **why)

    account = (await found.owner.ask("{ creditAccount { history { nodes { action from to } } } }"))["creditAccount"]

    assert [tuple(step.values()) for step in account["history"]["nodes"]] == [
        ("openCreditAccount", None, "ACTIVE"),
        ("freezeCreditAccount", "ACTIVE", "FROZEN"),
        ("unfreezeCreditAccount", "FROZEN", "ACTIVE"),
    ]
    assert await broken(world) == []


async def test_another_organization_sees_and_moves_nothing_of_it(world: World) -> None:
    found = await holder(world, 30)
    id_ = (await found.do("spendCredits", quantity=12))["transaction"]["id"]
    stranger = await world.freelancer_side()
    query = """query($id: ID!, $org: ID!) { creditTransaction(id: $id) { id } creditAccount(organizationId: $org) { id }
      creditLots(filter: { organizationId: $org }) { nodes { id } }
      creditTransactions(filter: { organizationId: $org }) { nodes { id } } }"""

    seen = await stranger.ask(query, id=id_, org=f"org_{found.owner.organization_id.hex}")
    refusal = await stranger.refused(
        "spendCredits",
        quantity=1,
        organizationId=f"org_{found.owner.organization_id.hex}",
        idempotencyKey=world.key(),
    )

    assert seen == {
        "creditTransaction": None,
        "creditAccount": None,
        "creditLots": {"nodes": []},
        "creditTransactions": {"nodes": []},
    }
    assert refusal["code"] == "NOT_FOUND"
