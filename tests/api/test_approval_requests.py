"""Approvals: what one person asks for, another decides; exactly that runs, once, or nothing does."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from domain.ids import new_id
from domain.memberships import MembershipStatus
from domain.permissions import StaffRole
from persistence.tables.identity import memberships
from tests.makers.approvals import APPROVAL, another_of_staff, ask, balances, make_wrong
from tests.makers.earnings import earn, trade_of
from tests.makers.rows import write
from tests.makers.traces import events, nothing_changes
from tests.world import Person, World

LIST = "query($filter: ApprovalFilter) { approvals(filter: $filter) { totalCount nodes { id status } } }"
GET = f"query($id: ID!) {{ approval(id: $id) {{ {APPROVAL} }} }}"


def user(person: Person) -> dict[str, str]:
    return {"id": f"usr_{person.user_id.hex}"}


def may(approval: dict[str, Any]) -> dict[str, bool]:
    return {one["action"]: one["allowed"] for one in approval["availableActions"]}


async def approved(world: World, person: Person, approval: dict[str, Any], **more: Any) -> dict[str, Any]:
    input = {"approvalId": approval["id"], "idempotencyKey": world.key()} | more
    return await person.do("approve", f"replayed approval {{ {APPROVAL} }}", **input)


async def test_what_is_asked_for_waits_and_says_for_whom(world: World) -> None:
    wrong = await make_wrong(world)
    before = await balances(wrong)
    approval = await ask(world, wrong)
    assert (approval["status"], approval["kind"], approval["reason"]) == (
        "PENDING",
        "LEDGER_ADJUSTMENT",
        "The fee was 4 %.",
    )
    assert approval["requestedBy"] == user(wrong.asker)
    assert approval["requestedFor"] == {"id": f"org_{wrong.asker.organization_id.hex}"}
    assert (approval["organization"], approval["staffMayDecide"]) == (None, True)
    assert approval["requiredPermission"] == "staff:money"
    assert approval["subjectId"] == approval["ledgerTransfer"]["id"] == wrong.transfer_id
    asked_at, expires_at = (datetime.fromisoformat(approval[name]) for name in ("createdAt", "expiresAt"))
    assert expires_at - asked_at == timedelta(hours=72)
    assert (approval["decidedBy"], approval["decidedAt"], approval["posted"]) == (None, None, [])
    assert [line["amountMinor"] for line in approval["command"]["lines"]] == [100_000, 100_000, 100_000, 96_000, 4_000]
    assert len(approval["commandHash"]) == 64
    assert await balances(wrong) == before
    assert may(approval) == {"approve": False, "reject": False, "cancelApproval": True}
    seen = (await wrong.approver.ask(GET, id=approval["id"]))["approval"]
    assert may(seen) == {"approve": True, "reject": True, "cancelApproval": False}


async def test_another_person_approves_and_exactly_that_runs(world: World) -> None:
    wrong = await make_wrong(world)
    approval = (await approved(world, wrong.approver, await ask(world, wrong), reason=" Seen. "))["approval"]
    assert (approval["status"], approval["decidedBy"]) == ("APPROVED", user(wrong.approver))
    assert approval["decisionReason"] == "Seen."
    assert [one["kind"] for one in approval["posted"]] == ["REVERSAL", "ADJUSTMENT"]
    assert [one["user"] for one in approval["posted"]] == [user(wrong.asker)] * 2
    assert [(one["action"], one["from"], one["to"], one["user"]) for one in approval["history"]["nodes"]] == [
        ("requestApproval", None, "PENDING", user(wrong.asker)),
        ("approve", "PENDING", "APPROVED", user(wrong.approver)),
    ]
    assert await events(world, "approval.", "ledger.") == ["approval.requested", "approval.decided", "ledger.adjusted"]


async def test_nobody_approves_or_rejects_what_they_asked_for_themselves(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    async with nothing_changes(world):
        for mutation, more in (("approve", {"idempotencyKey": world.key()}), ("reject", {"reason": "No."})):
            refusal = await wrong.asker.refused(mutation, approvalId=approval["id"], **more)
            assert refusal["code"] == "FORBIDDEN"
            assert refusal["message"] == "You asked for this yourself: another person has to decide."


async def test_an_approval_needs_the_permission_that_it_names(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    support = await another_of_staff(world, wrong.asker, StaffRole.SUPPORT)
    trust = await another_of_staff(world, wrong.asker, StaffRole.TRUST)
    async with nothing_changes(world):
        for person in (wrong.issuer, support, trust):
            refusal = await person.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
            assert refusal["code"] == "NOT_FOUND"
            assert (await person.ask(GET, id=approval["id"]))["approval"] is None


async def test_a_rejected_command_never_runs_and_may_be_asked_for_anew(world: World) -> None:
    wrong = await make_wrong(world)
    approval, before = await ask(world, wrong), await balances(wrong)
    empty = await wrong.approver.refused("reject", approvalId=approval["id"], reason=" ")
    assert (empty["code"], empty["path"]) == ("INVALID", ["reason"])
    answer = await wrong.approver.do("reject", f"approval {{ {APPROVAL} }}", approvalId=approval["id"], reason="Why?")
    assert (answer["approval"]["status"], answer["approval"]["decisionReason"]) == ("REJECTED", "Why?")
    assert answer["approval"]["decidedBy"] == user(wrong.approver)
    for mutation, more in (("approve", {"idempotencyKey": world.key()}), ("reject", {"reason": "No."})):
        refusal = await wrong.approver.refused(mutation, approvalId=approval["id"], **more)
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "REJECTED", ["PENDING"])
    assert await balances(wrong) == before
    assert (await ask(world, wrong))["status"] == "PENDING"


async def test_only_the_requester_takes_it_back(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    refusal = await wrong.approver.refused("cancelApproval", approvalId=approval["id"])
    assert refusal["code"] == "FORBIDDEN"
    answer = await wrong.asker.do("cancelApproval", "approval { status decidedBy { id } }", approvalId=approval["id"])
    assert answer["approval"] == {"status": "CANCELLED", "decidedBy": None}
    late = await wrong.approver.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
    assert (late["code"], late["from"]) == ("WRONG_STATE", "CANCELLED")


async def test_a_second_request_for_the_same_subject_is_a_conflict(world: World) -> None:
    wrong = await make_wrong(world)
    await ask(world, wrong)
    async with nothing_changes(world):
        refusal = await wrong.approver.refused("adjustLedger", **wrong.mended(world))
    assert refusal["code"] == "CONFLICT"
    assert "cancelApproval" in refusal["message"]


async def test_after_72_hours_nobody_approves_it_any_more_and_the_timer_ends_it(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    world.clock.advance(timedelta(hours=72))
    refusal = await wrong.approver.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "EXPIRED")
    assert "asked anew" in refusal["message"]
    await world.settle()
    ended = (await wrong.asker.ask(GET, id=approval["id"]))["approval"]
    assert (ended["status"], ended["decidedBy"]) == ("EXPIRED", None)
    assert [one["actorKind"] for one in ended["history"]["nodes"]] == ["USER", "SYSTEM"]
    assert await events(world, "approval.") == ["approval.requested", "approval.decided"]
    assert (await ask(world, wrong))["status"] == "PENDING"


async def test_until_the_72_hours_are_over_it_waits(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    world.clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    await world.settle()
    assert (await approved(world, wrong.approver, approval))["approval"]["status"] == "APPROVED"


async def test_what_the_command_is_refused_the_approval_is_refused_and_goes_on_waiting(world: World) -> None:
    wrong = await make_wrong(world)
    taken = [wrong.line("PROVIDER_CASH", "DEBIT", 100_000), wrong.line("PLATFORM_FEE", "CREDIT", 100_000)]
    bound = [wrong.line("BILLED", "DEBIT", 100_000), wrong.line("RECEIVABLE", "CREDIT", 100_000)]
    approval = await ask(world, wrong, lines=[*taken, *bound])
    spent = await ask_for_reversal_of_the_wallet(world, wrong)
    await approved(world, wrong.approver, spent)
    async with nothing_changes(world):
        refusal = await wrong.approver.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
    assert refusal["code"] == "INSUFFICIENT_FUNDS"
    assert "WALLET_AVAILABLE, which holds 0.00 EUR" in refusal["message"]
    assert (await wrong.asker.ask(GET, id=approval["id"]))["approval"]["status"] == "PENDING"


async def ask_for_reversal_of_the_wallet(world: World, wrong: Any) -> dict[str, Any]:
    """A second payment of 1000.00, all of whose money went to a wallet that it takes the first one's money from."""
    await earn(world, await trade_of(world, wrong.issuer), 100_000)
    found = await wrong.asker.ask("{ ledgerTransfers(filter: { kind: [P3] }) { nodes { id } } }")
    second = next(one["id"] for one in found["ledgerTransfers"]["nodes"] if one["id"] != wrong.transfer_id)
    lines = [
        wrong.line("PROVIDER_CASH", "DEBIT", 100_000),
        wrong.line("BILLED", "DEBIT", 100_000),
        wrong.line("RECEIVABLE", "CREDIT", 100_000),
        wrong.line("WALLET_AVAILABLE", "DEBIT", 95_000),
        wrong.line("PLATFORM_FEE", "CREDIT", 195_000),
    ]
    return await ask(world, wrong, transferId=second, lines=lines)


async def test_it_cannot_be_approved_once_the_requester_has_lost_the_right_to_ask(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    of_asker = memberships.c.id == wrong.asker.membership_id
    await write(world, update(memberships).where(of_asker).values(status=MembershipStatus.REMOVED))
    async with nothing_changes(world):
        refusal = await wrong.approver.refused("approve", approvalId=approval["id"], idempotencyKey=world.key())
    assert refusal["code"] == "FORBIDDEN"
    assert "asked anew" in refusal["message"]


async def test_a_repeated_approval_answers_the_same_and_posts_nothing_more(world: World) -> None:
    wrong = await make_wrong(world)
    approval, key = await ask(world, wrong), world.key()
    first = await approved(world, wrong.approver, approval, idempotencyKey=key)
    again = await approved(world, wrong.approver, approval, idempotencyKey=key)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["approval"] == again["approval"]


async def test_of_two_people_who_decide_at_the_same_time_one_does(world: World) -> None:
    wrong = await make_wrong(world)
    third = await another_of_staff(world, wrong.asker, StaffRole.ADMIN)
    approval = await ask(world, wrong)
    answers = await asyncio.gather(
        *(
            person.attempt("approve", "approval { status }", approvalId=approval["id"], idempotencyKey=world.key())
            for person in (wrong.approver, third)
        )
    )
    assert sorted(answer.get("code", "done") for answer in answers) == ["WRONG_STATE", "done"]
    after = (await wrong.asker.ask(GET, id=approval["id"]))["approval"]
    assert len(after["posted"]) == 2


async def test_lists_show_what_concerns_the_viewer(world: World) -> None:
    wrong = await make_wrong(world)
    approval = await ask(world, wrong)
    for filter in ({}, {"status": ["PENDING"]}, {"kind": ["LEDGER_ADJUSTMENT"]}):
        assert (await wrong.approver.ask(LIST, filter=filter))["approvals"]["nodes"] == [
            {"id": approval["id"], "status": "PENDING"}
        ]
    mine = {"organizationId": f"org_{wrong.asker.organization_id.hex}"}
    assert (await wrong.approver.ask(LIST, filter=mine))["approvals"]["totalCount"] == 1
    for filter in ({"status": ["APPROVED"]}, {"kind": ["PAYOUT"]}, {"organizationId": f"org_{new_id().hex}"}):
        assert (await wrong.approver.ask(LIST, filter=filter))["approvals"]["totalCount"] == 0
    assert (await wrong.issuer.ask(LIST))["approvals"]["totalCount"] == 0
    trust = await another_of_staff(world, wrong.asker, StaffRole.TRUST)
    assert (await trust.ask(LIST))["approvals"]["totalCount"] == 0
