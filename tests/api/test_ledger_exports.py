"""Exports of the ledger through the API: whose accounts, which period, parts that are the file, and its end."""

import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any

from domain.permissions import Role, StaffRole
from tests.makers.colleagues import colleague
from tests.makers.earnings import earn, trade_of
from tests.world import Person, World

EXPORT = """status format entryCount byteCount sha256 readyAt
  totals { currency entryCount debit { amountMinor } credit { amountMinor } }
  parts(first: 100) { totalCount nodes { position content } }"""
EXPORTS = f"{{ ledgerExports {{ nodes {{ id {EXPORT} }} }} }}"


async def exported(world: World, person: Person, **input: Any) -> dict[str, Any]:
    """The export after the job has written it."""
    made = await person.do("exportLedger", "export { id status sha256 }", **({"format": "CSV"} | input))
    assert (made["export"]["status"], made["export"]["sha256"]) == ("PENDING", None)
    await world.settle()
    found = await person.ask(
        f"query($id: ID!) {{ node(id: $id) {{ ... on LedgerExport {{ {EXPORT} }} }} }}", id=made["export"]["id"]
    )
    node: dict[str, Any] = found["node"]
    return node


def text_of(export: dict[str, Any]) -> str:
    parts = export["parts"]["nodes"]
    assert [part["position"] for part in parts] == list(range(1, len(parts) + 1))
    return "".join(part["content"] for part in parts)


def entries_of(export: dict[str, Any]) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text_of(export), newline=""))
    return [row for row in rows if row["record"] == "ENTRY"]


async def test_an_export_holds_ones_own_entries_with_their_sums_and_sha_256(world: World) -> None:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100_000, 5_000)
    await earn(world, await trade_of(world, issuer, "USD"), 2_000)
    export = await exported(world, issuer)
    text = text_of(export)
    assert (export["status"], export["format"]) == ("READY", "CSV")
    assert export["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert export["byteCount"] == str(len(text.encode()))
    found = [
        (row["kind"], row["accountCode"], row["currency"], row["debit"], row["credit"]) for row in entries_of(export)
    ]
    assert sorted(found) == sorted(
        [
            ("P1", "RECEIVABLE", "EUR", "1000.00", ""),
            ("P1", "BILLED", "EUR", "", "1000.00"),
            ("P3", "BILLED", "EUR", "1000.00", ""),
            ("P3", "RECEIVABLE", "EUR", "", "1000.00"),
            ("P3", "WALLET_AVAILABLE", "EUR", "", "950.00"),
            ("P1", "RECEIVABLE", "USD", "20.00", ""),
            ("P1", "BILLED", "USD", "", "20.00"),
            ("P3", "BILLED", "USD", "20.00", ""),
            ("P3", "RECEIVABLE", "USD", "", "20.00"),
            ("P3", "WALLET_AVAILABLE", "USD", "", "20.00"),
        ]
    )
    assert export["totals"] == [
        {"currency": "EUR", "entryCount": 5, "debit": {"amountMinor": "200000"}, "credit": {"amountMinor": "295000"}},
        {"currency": "USD", "entryCount": 5, "debit": {"amountMinor": "4000"}, "credit": {"amountMinor": "6000"}},
    ]


async def test_the_same_books_give_the_same_file(world: World) -> None:
    issuer = await world.freelancer_side()
    for total in (100, 200, 300):
        await earn(world, await trade_of(world, issuer), total)
    until = world.clock.now().isoformat()
    first, second = [await exported(world, issuer, postedBefore=until, format="JSON_LINES") for _ in range(2)]
    assert first["sha256"] == second["sha256"]
    assert text_of(first) == text_of(second)
    posted = [json.loads(line).get("entry") for line in text_of(first).splitlines()[:-1]]
    assert posted == sorted(posted)


async def test_staff_for_money_export_all_accounts_and_they_balance(world: World) -> None:
    staff, issuer = await world.staff(StaffRole.FINANCE), await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100_000, 5_000)
    export = await exported(world, staff)
    assert export["totals"] == [
        {"currency": "EUR", "entryCount": 7, "debit": {"amountMinor": "300000"}, "credit": {"amountMinor": "300000"}}
    ]
    own = await exported(
        world, staff, organizationId=f"org_{issuer.organization_id.hex}", accountCode="WALLET_AVAILABLE"
    )
    assert [(row["accountCode"], row["credit"]) for row in entries_of(own)] == [("WALLET_AVAILABLE", "950.00")]


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(world: World) -> None:
    issuer = await world.freelancer_side()
    trade = await trade_of(world, issuer)
    await earn(world, trade, 100)
    noon = world.clock.now() + timedelta(hours=1)
    world.clock.advance(timedelta(hours=2))
    await earn(world, trade, 200)
    before = await exported(world, issuer, postedBefore=noon.isoformat())
    after = await exported(world, issuer, postedFrom=noon.isoformat())
    assert {row["debit"] + row["credit"] for row in entries_of(before)} == {"1.00"}
    assert {row["debit"] + row["credit"] for row in entries_of(after)} == {"2.00"}


async def test_a_long_file_comes_in_parts_of_whole_lines(world: World) -> None:
    issuer = await world.freelancer_side()
    trade = await trade_of(world, issuer)
    for _ in range(60):
        await earn(world, trade, 100)
    export = await exported(world, issuer)
    parts = [part["content"] for part in export["parts"]["nodes"]]
    assert len(parts) == 2
    assert all(part.endswith("\r\n") for part in parts)
    assert len(entries_of(export)) == 300


async def test_without_money_read_nothing_is_exported(world: World) -> None:
    issuer = await world.freelancer_side()
    member = await colleague(world, issuer, Role.MEMBER)
    refusal = await member.refused("exportLedger", format="CSV")
    assert (refusal["code"], refusal["message"]) == (
        "FORBIDDEN",
        "This needs the permission money:read or staff:money in your active organization.",
    )


async def test_the_accounts_of_others_are_unknown(world: World) -> None:
    issuer, other = await world.freelancer_side(), await world.freelancer_side("Grace Hopper")
    organization = f"org_{other.organization_id.hex}"
    refusal = await issuer.refused("exportLedger", format="CSV", organizationId=organization)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["organizationId"])
    await exported(world, issuer)
    assert (await other.ask(EXPORTS))["ledgerExports"]["nodes"] == []


async def test_what_is_not_posted_yet_is_not_exported(world: World) -> None:
    issuer = await world.freelancer_side()
    later = (world.clock.now() + timedelta(hours=1)).isoformat()
    refusal = await issuer.refused("exportLedger", format="CSV", postedBefore=later)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["postedBefore"])


async def test_after_a_week_the_content_is_gone_and_what_it_was_stays(world: World) -> None:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100)
    before = await exported(world, issuer)
    world.clock.advance(timedelta(days=7, hours=1))
    await world.settle()
    [after] = (await issuer.ask(EXPORTS))["ledgerExports"]["nodes"]
    assert (after["status"], after["sha256"], after["parts"]["totalCount"]) == ("FORGOTTEN", before["sha256"], 0)
