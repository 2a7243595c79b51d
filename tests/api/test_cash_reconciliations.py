"""Reconciliations through the API: run, tried, followed, fed from a file, and acted upon by two people of staff."""

from typing import Any

import pytest
from sqlalchemy import func, select

from domain.permissions import StaffRole
from domain.provider_reports import LineKind
from persistence.tables.losses import money_exceptions
from persistence.tables.reconciliation import (
    cash_findings,
    cash_reconciliations,
    provider_report_lines,
    provider_reports,
)
from tests.makers.approvals import two_of_staff
from tests.makers.payments import balances
from tests.makers.payouts import wrong_books
from tests.makers.reports import TEN, Diarist, begin, found, next_night, unknown_key
from tests.world import Person, World

RUN = """id provider day status phase failure requestedBy { id } startedAt completedAt lineCount linesRead matchedCount
 findingCount newCount repairedCount version currencies { currency lineCount moneyIn { amountMinor }
 moneyOut { amountMinor } fees { amountMinor } ledger { amountMinor } reported { amountMinor } drift { amountMinor }
 explained { amountMinor } unexplained { amountMinor } } findings { totalCount nodes { isNew isRepaired exception {
 id kind status subjectType subjectId expected actual provider day suggestedAction
 expectedAmount { amountMinor currency } actualAmount { amountMinor currency } } } }"""
DRY = """matchedCount findingCount differences { kind subjectType subjectId expected actual
 expectedAmount { amountMinor currency } actualAmount { amountMinor currency } }
 currencies { currency unexplained { amountMinor } }"""
HEADING = "kind,externalId,key,amountMinor,currency,feeMinor,at"


async def run(staff: Person, day: str, **more: Any) -> dict[str, Any]:
    input = {"provider": "SIMULATOR", "day": day, "idempotencyKey": staff.world.key()} | more
    select = f"reconciliation {{ {RUN} }} dryRun {{ {DRY} }} replayed"
    return await staff.do("runCashReconciliation", select, **input)


async def seen(staff: Person, id_: str) -> dict[str, Any]:
    query = f"query($id: ID!) {{ cashReconciliation(id: $id) {{ {RUN} }} }}"
    shown: dict[str, Any] = (await staff.ask(query, id=id_))["cashReconciliation"]
    return shown


def strange(world: World, diarist: Diarist, name: str = "ch_strange") -> None:
    """A charge that nobody here knows."""
    diarist.write(LineKind.CHARGE, name, TEN, world.clock.now(), key=unknown_key())


async def rows(world: World) -> list[int]:
    tables = (cash_reconciliations, cash_findings, provider_reports, provider_report_lines, money_exceptions)
    async with world.database.reader() as session:
        return [int(await session.scalar(select(func.count()).select_from(one)) or 0) for one in tables]


async def test_a_run_on_demand_shows_its_currencies_and_findings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    diarist = await begin(world, monkeypatch)
    strange(world, diarist)
    day = (await next_night(world)).isoformat()
    staff = await world.staff(StaffRole.FINANCE)
    started = await run(staff, day)
    assert started["dryRun"] is None
    assert (started["reconciliation"]["status"], started["reconciliation"]["phase"]) == ("RUNNING", "READING")
    await world.settle()
    shown = await seen(staff, started["reconciliation"]["id"])
    figures = ("status", "phase", "lineCount", "linesRead", "matchedCount", "findingCount", "newCount", "repairedCount")
    assert [shown[name] for name in figures] == ["COMPLETED", "DONE", 1, 1, 0, 1, 1, 0]
    assert shown["requestedBy"] == {"id": f"usr_{staff.user_id.hex}"}
    (euros,) = shown["currencies"]
    assert {
        name: euros[name]["amountMinor"] for name in ("ledger", "reported", "drift", "explained", "unexplained")
    } == {
        "ledger": "0",
        "reported": "1000",
        "drift": "1000",
        "explained": "1000",
        "unexplained": "0",
    }
    (finding,) = shown["findings"]["nodes"]
    exception = finding["exception"]
    assert (finding["isNew"], exception["kind"], exception["suggestedAction"]) == (
        True,
        "MISSING_IN_LEDGER",
        "POST_DIFFERENCE",
    )
    assert exception["expectedAmount"] == {"amountMinor": "0", "currency": "EUR"}
    assert exception["actualAmount"] == {"amountMinor": "1000", "currency": "EUR"}
    line = await staff.ask(
        "query($id: ID!) { node(id: $id) { ... on ProviderReportLine { externalId kind subjectId } } }",
        id=exception["subjectId"],
    )
    assert line["node"] == {"externalId": "ch_strange", "kind": "CHARGE", "subjectId": None}


async def test_a_dry_run_tells_everything_and_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    diarist = await begin(world, monkeypatch)
    strange(world, diarist)
    day = (await next_night(world)).isoformat()
    staff = await world.staff(StaffRole.FINANCE)
    before = await rows(world)
    tried = await run(staff, day, dryRun=True)
    assert tried["reconciliation"] is None
    (difference,) = tried["dryRun"]["differences"]
    assert (tried["dryRun"]["findingCount"], difference["kind"]) == (1, "MISSING_IN_LEDGER")
    assert (difference["expected"], difference["actual"]) == (
        "0.00 EUR posted",
        "10.00 EUR reported as CHARGE ch_strange",
    )
    assert difference["actualAmount"] == {"amountMinor": "1000", "currency": "EUR"}
    assert await rows(world) == before == [0, 0, 0, 0, 0]
    assert await balances(world) == {}


async def test_a_repeated_request_answers_with_the_run_or_the_dry_run_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    day = (await next_night(world)).isoformat()
    staff = await world.staff(StaffRole.FINANCE)
    for more in ({"dryRun": True}, {}):
        key = {"idempotencyKey": world.key()}
        first = await run(staff, day, **more, **key)
        strange(world, diarist)
        second = await run(staff, day, **more, **key)
        assert (first.pop("replayed"), second.pop("replayed")) == (False, True)
        assert first == second


async def test_what_a_line_lacks_in_the_ledger_is_posted_once_a_second_person_has_agreed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    strange(world, diarist)
    day = (await next_night(world)).isoformat()
    asker, approver = await two_of_staff(world)
    await run(asker, day)
    await world.settle()
    (exception,) = await found(world)
    input = {"exceptionId": f"mex_{exception.id.hex}", "account": "SUSPENSE", "reason": "Nobody knows them."}
    asked = await asker.do(
        "postProviderDifference",
        "approval { id kind subjectId amount { amountMinor currency } }",
        **input,
        idempotencyKey=world.key(),
    )
    assert asked["approval"]["kind"] == "PROVIDER_DIFFERENCE"
    assert asked["approval"]["amount"] == {"amountMinor": "1000", "currency": "EUR"}
    again = await asker.refused("postProviderDifference", **input, idempotencyKey=world.key())
    assert again["code"] == "CONFLICT"
    decision = {"approvalId": asked["approval"]["id"], "idempotencyKey": world.key()}
    assert (await asker.refused("approve", **decision))["code"] == "FORBIDDEN"
    assert await balances(world) == {}
    await approver.do("approve", "approval { status }", **decision)
    assert await balances(world) == {"provider_cash": 1_000, "suspense": -1_000}
    assert await found(world) == []
    assert await wrong_books(world) == []
    await run(asker, day)
    await world.settle()
    assert await found(world) == []


async def test_what_was_suspended_is_explained_later_by_an_adjustment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    diarist.write(LineKind.PAYOUT, "po_fee", TEN, world.clock.now())
    diarist.write(LineKind.FEE, "fee_known", TEN, world.clock.now())
    day = (await next_night(world)).isoformat()
    asker, approver = await two_of_staff(world)
    await run(asker, day)
    await world.settle()
    (exception,) = await found(world)
    input = {"exceptionId": f"mex_{exception.id.hex}", "account": "SUSPENSE", "reason": "Nobody knows it."}
    for mutation, more in (("postProviderDifference", input), ("adjustLedger", None)):
        if more is None:
            more = await as_a_fee(world, asker)
        asked = await asker.do(mutation, "approval { id }", **more, idempotencyKey=world.key())
        decision = {"approvalId": asked["approval"]["id"], "idempotencyKey": world.key()}
        await approver.do("approve", "approval { status }", **decision)
    assert await balances(world) == {"processor_fee": 2_000, "provider_cash": -2_000}
    await run(asker, day)
    await world.settle()
    assert await found(world) == []


async def as_a_fee(world: World, asker: Person) -> dict[str, Any]:
    """How adjustLedger takes what is in suspense for a fee."""
    listed = await asker.ask(
        "{ ledgerTransfers(filter: { kind: [P14] }) { nodes { id sourceType } } ledgerAccounts { nodes { id code } } }"
    )
    (transfer,) = [one for one in listed["ledgerTransfers"]["nodes"] if one["sourceType"] == "MONEY_EXCEPTION"]
    accounts = {one["code"]: one["id"] for one in listed["ledgerAccounts"]["nodes"]}
    amount = {"amountMinor": "1000", "currency": "EUR"}
    lines = [
        {"accountId": accounts["PROCESSOR_FEE"], "side": "DEBIT", "amount": amount},
        {"accountId": accounts["PROVIDER_CASH"], "side": "CREDIT", "amount": amount},
    ]
    return {"transferId": transfer["id"], "lines": lines, "reason": "It was a fee."}


async def test_a_report_comes_in_as_a_file_where_the_provider_cannot_be_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    diarist = await begin(world, monkeypatch)
    diarist.is_silent = True
    day = (await next_night(world)).isoformat()
    staff = await world.staff(StaffRole.FINANCE)
    lines = [HEADING, f"CHARGE,ch_1,,2500,EUR,30,{day}T10:00:00Z", "BALANCE,,,2470,EUR,,"]
    input = {"provider": "SIMULATOR", "day": day, "content": "\n".join(lines), "idempotencyKey": world.key()}
    select = "report { day origin lineCount kept { amountMinor currency } } replayed"
    for is_replayed in (False, True):
        taken = await staff.do("importProviderReport", select, **input)
        assert taken == {
            "report": {
                "day": day,
                "origin": "IMPORTED",
                "lineCount": 1,
                "kept": [{"amountMinor": "2470", "currency": "EUR"}],
            },
            "replayed": is_replayed,
        }
    run_ = (await run(staff, day))["reconciliation"]
    await world.settle()
    shown = await seen(staff, run_["id"])
    assert (shown["status"], shown["findingCount"]) == ("COMPLETED", 1)
    assert await balances(world) == {"processor_fee": 30, "provider_cash": -30}
    listed = await staff.ask("{ providerReportLines(filter: { isMatched: false }) { nodes { externalId kind } } }")
    assert listed["providerReportLines"]["nodes"] == [{"externalId": "ch_1", "kind": "CHARGE"}]


async def test_a_file_that_cannot_be_read_is_refused_line_by_line(world: World) -> None:
    staff = await world.staff(StaffRole.FINANCE)
    day = world.clock.now().date().isoformat()
    content = "\n".join([HEADING, f"GIFT,x,,1,EUR,,{day}T10:00:00Z", "CHARGE,x,,1.5,EUR,,2020-01-01"])
    refused = await staff.refused(
        "importProviderReport", provider="SIMULATOR", day=day, content=content, idempotencyKey=world.key()
    )
    assert (refused["code"], [one["path"] for one in refused["problems"]]) == (
        "INVALID",
        [["content", "2"], ["content", "3"]],
    )
    assert refused["problems"][1]["message"] == "Line 3: at is an instant in UTC, for example 2026-03-01T12:00:00Z."


async def test_a_day_to_come_is_refused_and_nobody_else_sees_any_of_it(world: World) -> None:
    staff, owner = await world.staff(StaffRole.FINANCE), await world.client_side()
    input = {"provider": "SIMULATOR", "day": "2999-01-01", "idempotencyKey": world.key()}
    assert (await staff.refused("runCashReconciliation", **input))["code"] == "INVALID"
    assert (await owner.refused("runCashReconciliation", **input))["code"] == "FORBIDDEN"
