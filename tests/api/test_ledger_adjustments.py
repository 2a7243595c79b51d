"""Ledger adjustments: what is wrong is reversed, what is right is posted beside it, and documents keep their say."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.ledger import AccountCode, PostingKind, Transfer, TransferSource
from domain.payment_methods import Provider
from domain.postings.kit import credit, debit, kept_by, lines, platform
from persistence.ledger import post
from persistence.tables.platform import outbox
from persistence.unit import unit_of_work
from tests.api.test_approval_requests import approved
from tests.makers.approvals import Wrong, ask, balances, make_wrong
from tests.makers.colleagues import also_joins
from tests.makers.rows import rows
from tests.makers.traces import nothing_changes
from tests.world import World

INTEGRITY = "{ integrityReport { isSound checks { code holds samples { subject expected actual } } } }"


async def refused(world: World, wrong: Wrong, **changes: Any) -> dict[str, Any]:
    async with nothing_changes(world):
        return await wrong.asker.refused("adjustLedger", **wrong.mended(world, **changes))


async def test_an_adjustment_moves_what_was_wrong_and_nothing_else(world: World) -> None:
    wrong = await make_wrong(world)
    before = await balances(wrong)
    approval = (await approved(world, wrong.approver, await ask(world, wrong)))["approval"]
    assert await balances(wrong) == before | {"WALLET_AVAILABLE": 96_000, "PLATFORM_FEE": 4_000}
    reversal, correction = approval["posted"]
    assert (reversal["reverses"], correction["reverses"]) == ({"id": wrong.transfer_id}, None)
    assert approval["ledgerTransfer"]["reversedBy"] == {"id": reversal["id"]}
    assert {one["reason"] for one in (reversal, correction)} == {"The fee was 4 %."}
    assert amounts(reversal) == {
        "PROVIDER_CASH": -100_000,
        "BILLED": -100_000,
        "RECEIVABLE": 100_000,
        "WALLET_AVAILABLE": 95_000,
        "PLATFORM_FEE": 5_000,
    }
    assert amounts(correction) == {
        "PROVIDER_CASH": 100_000,
        "BILLED": 100_000,
        "RECEIVABLE": -100_000,
        "WALLET_AVAILABLE": -96_000,
        "PLATFORM_FEE": -4_000,
    }
    about = {(entry["invoice"]["id"], entry["payment"]["id"]) for entry in reversal["entries"] + correction["entries"]}
    assert len(about) == 1


async def test_staff_do_not_agree_to_changes_of_their_own_organizations_accounts(world: World) -> None:
    wrong = await make_wrong(world)
    asked = await ask(world, wrong)
    await also_joins(world, wrong.approver, wrong.issuer.organization_id)
    async with nothing_changes(world):
        refusal = await wrong.approver.refused("approve", approvalId=asked["id"], idempotencyKey=world.key())
    assert refusal["code"] == "FORBIDDEN"


def amounts(transfer: dict[str, Any]) -> dict[str, int]:
    return {entry["account"]["code"]: int(entry["amount"]["amountMinor"]) for entry in transfer["entries"]}


async def test_the_books_are_sound_after_an_adjustment(world: World) -> None:
    wrong = await make_wrong(world)
    await approved(world, wrong.approver, await ask(world, wrong))
    report = (await wrong.asker.ask(INTEGRITY))["integrityReport"]
    assert [check for check in report["checks"] if not check["holds"]] == []


async def test_the_owner_of_a_changed_account_hears_of_it(world: World) -> None:
    wrong = await make_wrong(world)
    await approved(world, wrong.approver, await ask(world, wrong))
    adjusted = outbox.c.type == "ledger.adjusted"
    ((subject, concerned),) = await rows(world, select(outbox.c.subject_id, outbox.c.organization_ids).where(adjusted))
    assert f"ltr_{subject.hex}" == wrong.transfer_id
    assert set(concerned) == {wrong.issuer.organization_id, wrong.asker.organization_id}


async def test_a_transfer_is_reversed_once_and_a_reversal_never(world: World) -> None:
    wrong = await make_wrong(world)
    approval = (await approved(world, wrong.approver, await ask(world, wrong)))["approval"]
    again = await refused(world, wrong, lines=wrong.lines(fee_minor=3_000))
    assert (again["code"], again["path"]) == ("CONFLICT", ["transferId"])
    reversal, correction = approval["posted"]
    of_reversal = await refused(world, wrong, transferId=reversal["id"])
    assert (of_reversal["code"], of_reversal["path"]) == ("INVALID", ["transferId"])
    mended = await ask(world, wrong, transferId=correction["id"], lines=wrong.lines(fee_minor=5_000))
    await approved(world, wrong.approver, mended)
    assert (await balances(wrong))["WALLET_AVAILABLE"] == 95_000


async def test_what_another_verb_undoes_is_not_adjusted(world: World) -> None:
    wrong = await make_wrong(world)
    found = await wrong.asker.ask("{ ledgerTransfers(filter: { kind: [P1] }) { nodes { id } } }")
    refusal = await refused(world, wrong, transferId=found["ledgerTransfers"]["nodes"][0]["id"])
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["transferId"])
    assert refusal["message"] == "P1 is undone by what ends or takes back its Invoice, not by hand."


async def test_without_lines_a_transfer_is_only_reversed(world: World) -> None:
    wrong = await make_wrong(world)
    cash = kept_by(AccountCode.PROVIDER_CASH, Provider.SIMULATOR, "EUR")
    charge = platform(AccountCode.PROCESSOR_FEE, "EUR")
    at, payment_id = world.clock.now(), new_id()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        twice = Transfer(
            kind=PostingKind.P14,
            source_type=TransferSource.CHARGEBACK,
            source_id=payment_id,
            by=SYSTEM,
            at=at,
            postings=lines(debit(charge, 700), credit(cash, 700)),
        )
        await post(db, twice)
    found = await wrong.asker.ask("{ ledgerTransfers(filter: { kind: [P14] }) { nodes { id } } }")
    transfer_id = found["ledgerTransfers"]["nodes"][0]["id"]
    assert (await balances(wrong))["PROCESSOR_FEE"] == 700
    approval = await ask(world, wrong, transferId=transfer_id, lines=[])
    assert [one["kind"] for one in (await approved(world, wrong.approver, approval))["approval"]["posted"]] == [
        "REVERSAL"
    ]
    assert (await balances(wrong))["PROCESSOR_FEE"] == 0


async def test_debits_equal_credits(world: World) -> None:
    wrong = await make_wrong(world)
    lines = wrong.lines(fee_minor=4_000)
    refusal = await refused(world, wrong, lines=lines[:-1])
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["lines"])
    assert refusal["message"] == "Debits and credits differ by 40.00 EUR: they have to be equal."


async def test_every_wrong_line_is_named(world: World) -> None:
    wrong = await make_wrong(world)
    lines = [wrong.line("PROVIDER_CASH", "DEBIT", 0), wrong.line("PROVIDER_CASH", "CREDIT", -5)]
    refusal = await refused(world, wrong, lines=lines)
    assert refusal["code"] == "INVALID"
    assert [problem["path"] for problem in refusal["problems"]] == [
        ["lines", "0", "amount", "amountMinor"],
        ["lines", "1", "amount", "amountMinor"],
        ["lines", "1", "accountId"],
        ["lines"],
    ]


async def test_a_line_has_the_currency_of_its_account(world: World) -> None:
    wrong = await make_wrong(world)
    lines = [wrong.line("PROVIDER_CASH", "DEBIT", 5, "USD"), wrong.line("PLATFORM_FEE", "CREDIT", 5, "USD")]
    refusal = await refused(world, wrong, lines=lines)
    assert refusal["problems"][0] == {
        "path": ["lines", "0", "amount", "currency"],
        "message": "The account's currency is EUR.",
    }


@pytest.mark.parametrize("code", ["RECEIVABLE", "BILLED"])
async def test_what_documents_say_stays_as_it_is(world: World, code: str) -> None:
    wrong = await make_wrong(world)
    kept = [line for line in wrong.lines(fee_minor=4_000) if line["accountId"] != wrong.accounts[code]]
    side = "DEBIT" if code == "BILLED" else "CREDIT"
    lines = [*kept, wrong.line(code, side, 99_000)]
    position = next(at for at, line in enumerate(lines) if line["accountId"] == wrong.accounts["PLATFORM_FEE"])
    lines[position] = wrong.line("PLATFORM_FEE", "CREDIT", 3_000 if side == "DEBIT" else 5_000)
    refusal = await refused(world, wrong, lines=lines)
    has = f"a {side.lower()} of 1000.00 EUR"
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["lines"])
    assert refusal["message"] == f"{code} follows its documents: give {has}, as it is posted."


async def test_what_is_posted_already_is_no_correction(world: World) -> None:
    wrong = await make_wrong(world)
    refusal = await refused(world, wrong, lines=wrong.lines(fee_minor=5_000))
    assert (refusal["code"], refusal["message"]) == (
        "INVALID",
        "This is what is posted already: there is nothing to correct.",
    )


async def test_no_wallet_goes_below_zero(world: World) -> None:
    wrong = await make_wrong(world)
    lines = [
        wrong.line("PROVIDER_CASH", "DEBIT", 100_000),
        wrong.line("BILLED", "DEBIT", 100_000),
        wrong.line("RECEIVABLE", "CREDIT", 100_000),
        wrong.line("WALLET_AVAILABLE", "DEBIT", 1),
        wrong.line("PLATFORM_FEE", "CREDIT", 100_001),
    ]
    async with nothing_changes(world):
        answer = await wrong.asker.attempt(
            "adjustLedger",
            "__typename",
            **wrong.mended(world, lines=lines),
        )
    assert (answer["code"], answer["path"]) == ("INSUFFICIENT_FUNDS", ["lines"])
    assert answer["message"] == "This takes 950.01 EUR from WALLET_AVAILABLE, which holds 950.00 EUR."


async def test_unknown_transfers_and_accounts_are_not_found(world: World) -> None:
    wrong = await make_wrong(world)
    unknown = await refused(world, wrong, transferId=f"ltr_{new_id().hex}")
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["transferId"])
    lines = wrong.lines(fee_minor=4_000)
    lines[4]["accountId"] = f"lac_{new_id().hex}"
    nowhere = await refused(world, wrong, lines=lines)
    assert (nowhere["code"], nowhere["path"]) == ("NOT_FOUND", ["lines", "4", "accountId"])


async def test_a_reason_is_needed(world: World) -> None:
    wrong = await make_wrong(world)
    refusal = await refused(world, wrong, reason="  ")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["reason"])


async def test_members_adjust_nothing(world: World) -> None:
    wrong = await make_wrong(world)
    async with nothing_changes(world):
        refusal = await wrong.issuer.refused("adjustLedger", **wrong.mended(world))
    assert refusal["code"] == "FORBIDDEN"
