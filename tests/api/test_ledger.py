"""The ledger, the trial balance and the integrity report through the API."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.actors import SYSTEM
from domain.permissions import Role, StaffRole
from persistence.unit import unit_of_work
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.earnings import earn, trade_of
from tests.makers.ledger import open_invoice, void_invoice
from tests.world import Person, World

ACCOUNTS = """query($filter: LedgerAccountFilter) { ledgerAccounts(filter: $filter) { nodes {
  code side guarded currency provider organization { name } balance { amountMinor currency } } } }"""
TRANSFERS = """query($filter: LedgerTransferFilter) { ledgerTransfers(filter: $filter) { totalCount nodes {
  kind sourceType sourceId ordinal reason entries { account { code } amount { amountMinor } } } } }"""
ENTRIES = """query($filter: LedgerEntryFilter, $after: Cursor) {
  ledgerEntries(filter: $filter, first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
    account { code } debit { amountMinor } credit { amountMinor } invoice { id } payment { id }
    transfer { kind } } } }"""
TRIAL = """query($filter: TrialBalanceFilter) { trialBalance(filter: $filter) { currency
  debit { amountMinor } credit { amountMinor } difference { amountMinor }
  lines { account debit { amountMinor } credit { amountMinor } balance { amountMinor } } } }"""
INTEGRITY = """{ integrityReport { checkedAt isSound checks { code rule holds count
  samples { subject expected actual } } } }"""
OWN = {"RECEIVABLE": 40_000, "BILLED": 40_000, "WALLET_AVAILABLE": 57_000}


async def books_of(world: World) -> Person:
    """An issuer with an invoice of 1000.00 EUR and a fee of 50.00, of which 600.00 are paid; and somebody else's."""
    issuer, other = await world.freelancer_side(), await world.freelancer_side("Grace Hopper")
    await earn(world, await trade_of(world, other), 7_000)
    await earn(world, await trade_of(world, issuer), 100_000, 5_000, paid_minor=60_000)
    return issuer


def amounts(line: dict[str, Any]) -> dict[str, int]:
    return {name: int(value["amountMinor"]) for name, value in line.items() if isinstance(value, dict)}


async def test_an_organization_sees_its_own_accounts_with_their_balances(world: World) -> None:
    issuer = await books_of(world)
    accounts = (await issuer.ask(ACCOUNTS))["ledgerAccounts"]["nodes"]
    assert {one["code"]: int(one["balance"]["amountMinor"]) for one in accounts} == OWN
    assert {one["organization"]["name"] for one in accounts} == {"Ada Lovelace"}
    assert {one["code"]: one["side"] for one in accounts} == {
        "RECEIVABLE": "DEBIT",
        "BILLED": "CREDIT",
        "WALLET_AVAILABLE": "CREDIT",
    }
    assert all(one["guarded"] and one["provider"] is None and one["currency"] == "EUR" for one in accounts)
    wallets = await issuer.ask(ACCOUNTS, filter={"code": ["WALLET_AVAILABLE"], "currency": "EUR"})
    assert [one["code"] for one in wallets["ledgerAccounts"]["nodes"]] == ["WALLET_AVAILABLE"]


async def test_staff_for_money_see_all_accounts_and_the_platforms_own(world: World) -> None:
    await books_of(world)
    finance = await world.staff(StaffRole.FINANCE)
    accounts = (await finance.ask(ACCOUNTS))["ledgerAccounts"]["nodes"]
    platforms = [one for one in accounts if one["organization"] is None]
    assert [(one["code"], one["provider"], one["balance"]["amountMinor"]) for one in platforms] == [
        ("PLATFORM_FEE", None, "3000"),
        ("PROVIDER_CASH", "SIMULATOR", "67000"),
    ]
    assert len(accounts) == 8


async def test_a_transfer_shows_the_entries_on_ones_own_accounts(world: World) -> None:
    issuer = await books_of(world)
    transfers = (await issuer.ask(TRANSFERS))["ledgerTransfers"]
    assert transfers["totalCount"] == 2
    paid, opened = transfers["nodes"]
    assert (opened["kind"], opened["sourceType"], opened["ordinal"]) == ("P1", "INVOICE", 1)
    assert (paid["kind"], paid["sourceType"]) == ("P3", "PAYMENT")
    assert (opened["sourceId"][:4], paid["sourceId"][:4]) == ("inv_", "pay_")
    own = {line["account"]["code"]: int(line["amount"]["amountMinor"]) for line in paid["entries"]}
    assert own == {"BILLED": 60_000, "RECEIVABLE": -60_000, "WALLET_AVAILABLE": -57_000}
    finance = await world.staff(StaffRole.FINANCE)
    seen = await finance.ask(TRANSFERS, filter={"paymentId": paid["sourceId"]})
    [whole] = seen["ledgerTransfers"]["nodes"]
    assert sum(int(line["amount"]["amountMinor"]) for line in whole["entries"]) == 0
    assert len(whole["entries"]) == 5


async def test_transfers_are_filtered_by_kind_source_and_time(world: World) -> None:
    issuer = await books_of(world)
    between = world.clock.now() + timedelta(hours=1)
    world.clock.advance(timedelta(hours=2))
    later = await earn(world, await trade_of(world, issuer), 1_000)
    for condition, kinds in (
        ({"kind": ["P1"]}, ["P1", "P1"]),
        ({"postedBefore": between.isoformat()}, ["P3", "P1"]),
        ({"postedFrom": between.isoformat()}, ["P3", "P1"]),
        ({"invoiceId": f"inv_{later.id.hex}"}, ["P3", "P1"]),
        ({"invoiceId": f"inv_{later.id.hex}", "kind": ["P3"]}, ["P3"]),
        ({"kind": ["P2"]}, []),
    ):
        found = (await issuer.ask(TRANSFERS, filter=condition))["ledgerTransfers"]["nodes"]
        assert [one["kind"] for one in found] == kinds, condition


async def test_a_reversal_and_what_it_reverses_lead_to_each_other(world: World) -> None:
    issuer = await world.freelancer_side()
    trade = await trade_of(world, issuer)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await void_invoice(db, await open_invoice(db, trade, 10_000))
    query = "{ ledgerTransfers { nodes { id kind reason reverses { id } reversedBy { id } user { id } } } }"
    by_kind = {one["kind"]: one for one in (await issuer.ask(query))["ledgerTransfers"]["nodes"]}
    voided, opened = by_kind["P2"], by_kind["P1"]
    assert (voided["reverses"], voided["reversedBy"]) == ({"id": opened["id"]}, None)
    assert (opened["reverses"], opened["reversedBy"]) == (None, {"id": voided["id"]})
    assert (voided["reason"], voided["user"]) == ("Sent by mistake", None)
    node = await issuer.ask("query($id: ID!) { node(id: $id) { ... on LedgerTransfer { kind } } }", id=opened["id"])
    assert node["node"] == {"kind": "P1"}


async def test_entries_are_paged_newest_first(world: World) -> None:
    issuer = await books_of(world)
    first = (await issuer.ask(ENTRIES))["ledgerEntries"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (5, True)
    assert [line["transfer"]["kind"] for line in first["nodes"]] == ["P3", "P3", "P3"]
    wallet = next(line for line in first["nodes"] if line["account"]["code"] == "WALLET_AVAILABLE")
    assert (wallet["debit"], wallet["credit"]) == (None, {"amountMinor": "57000"})
    assert (wallet["invoice"]["id"][:4], wallet["payment"]["id"][:4]) == ("inv_", "pay_")
    second = (await issuer.ask(ENTRIES, after=first["pageInfo"]["endCursor"]))["ledgerEntries"]
    assert [line["transfer"]["kind"] for line in second["nodes"]] == ["P1", "P1"]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_entries_are_filtered_by_account_document_and_time(world: World) -> None:
    issuer = await books_of(world)
    all_of_them = (await issuer.ask(ENTRIES))["ledgerEntries"]["nodes"]
    payment, invoice = all_of_them[0]["payment"]["id"], all_of_them[0]["invoice"]["id"]
    future = (world.clock.now() + timedelta(days=1)).isoformat()
    for condition, count in (
        ({"accountCode": ["RECEIVABLE"]}, 2),
        ({"accountCode": ["RECEIVABLE", "BILLED"], "currency": "EUR"}, 4),
        ({"currency": "USD"}, 0),
        ({"invoiceId": invoice}, 5),
        ({"paymentId": payment}, 3),
        ({"organizationId": f"org_{issuer.organization_id.hex}"}, 5),
        ({"postedFrom": future}, 0),
        ({"postedBefore": future}, 5),
    ):
        assert (await issuer.ask(ENTRIES, filter=condition))["ledgerEntries"]["totalCount"] == count, condition


async def test_the_trial_balance_of_the_platform_is_in_balance(world: World) -> None:
    issuer = await books_of(world)
    await earn(world, await trade_of(world, issuer, "USD"), 5_000, 250)
    finance = await world.staff(StaffRole.FINANCE)
    dollars, euros = sorted((await finance.ask(TRIAL))["trialBalance"], key=lambda one: one["currency"] == "EUR")
    assert [amounts(one)["difference"] for one in (euros, dollars)] == [0, 0]
    assert {line["account"]: amounts(line) for line in euros["lines"]} == {
        "PROVIDER_CASH": {"debit": 67_000, "credit": 0, "balance": 67_000},
        "RECEIVABLE": {"debit": 107_000, "credit": 67_000, "balance": 40_000},
        "BILLED": {"debit": 67_000, "credit": 107_000, "balance": 40_000},
        "WALLET_AVAILABLE": {"debit": 0, "credit": 64_000, "balance": 64_000},
        "PLATFORM_FEE": {"debit": 0, "credit": 3_000, "balance": 3_000},
    }
    assert amounts(euros)["debit"] == amounts(euros)["credit"] == 241_000


async def test_the_trial_balance_of_an_organization_has_its_own_accounts_only(world: World) -> None:
    issuer = await books_of(world)
    [euros] = (await issuer.ask(TRIAL))["trialBalance"]
    assert {line["account"]: amounts(line)["balance"] for line in euros["lines"]} == OWN
    assert amounts(euros)["difference"] == -57_000
    finance = await world.staff(StaffRole.FINANCE)
    same = await finance.ask(TRIAL, filter={"organizationId": f"org_{issuer.organization_id.hex}"})
    assert same["trialBalance"] == [euros]
    past = (world.clock.now() - timedelta(days=1)).isoformat()
    assert (await issuer.ask(TRIAL, filter={"postedBefore": past}))["trialBalance"] == []
    assert (await issuer.ask(TRIAL, filter={"postedFrom": past}))["trialBalance"] == [euros]


async def test_the_integrity_report_lists_every_check_and_what_breaks_it(world: World) -> None:
    await books_of(world)
    finance = await world.staff(StaffRole.FINANCE)
    report = (await finance.ask(INTEGRITY))["integrityReport"]
    assert report["isSound"] is True
    assert all(check["holds"] and check["count"] == 0 and check["samples"] == [] for check in report["checks"])
    assert {"TRIAL_BALANCE", "RECEIVABLE", "NUMBER_GAP"} <= {check["code"] for check in report["checks"]}
    connection = await asyncpg.connect(world.database.url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("UPDATE ledger_entries SET amount_minor = amount_minor - 1 WHERE amount_minor = 60000")
    await connection.close()
    report = (await finance.ask(INTEGRITY))["integrityReport"]
    broken = {check["code"]: check for check in report["checks"] if not check["holds"]}
    assert (report["isSound"], broken["TRANSFER_BALANCE"]["count"]) == (False, 1)
    [sample] = broken["TRANSFER_BALANCE"]["samples"]
    assert (sample["subject"][:4], sample["expected"], sample["actual"]) == ("ltr_", "0 EUR", "-2 EUR")


QUERIES = {
    "ledgerAccounts": ACCOUNTS,
    "ledgerTransfers": TRANSFERS,
    "ledgerEntries": ENTRIES,
    "trialBalance": TRIAL,
    "integrityReport": INTEGRITY,
}


@pytest.mark.parametrize("field", QUERIES)
@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_without_money_read_the_ledger_is_closed(world: World, field: str, role: Role) -> None:
    member = await colleague(world, await books_of(world), role)
    with pytest.raises(Faulted) as fault:
        await member.ask(QUERIES[field])
    [error] = fault.value.errors
    assert (error["extensions"]["code"], error["path"]) == ("FORBIDDEN", [field])


async def test_the_integrity_report_is_for_staff_for_money_alone(world: World) -> None:
    owner = await books_of(world)
    support = await world.staff(StaffRole.SUPPORT)
    for person in (owner, support):
        with pytest.raises(Faulted) as fault:
            await person.ask(INTEGRITY)
        assert fault.value.errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_strangers_see_nothing_of_anybodys_ledger(world: World) -> None:
    await books_of(world)
    finance, stranger = await world.staff(StaffRole.FINANCE), await world.freelancer_side("Nobody")
    assert (await stranger.ask(ACCOUNTS))["ledgerAccounts"]["nodes"] == []
    assert (await stranger.ask(TRANSFERS))["ledgerTransfers"]["totalCount"] == 0
    assert (await stranger.ask(ENTRIES))["ledgerEntries"]["totalCount"] == 0
    assert (await stranger.ask(TRIAL))["trialBalance"] == []
    ids = "{ ledgerAccounts { nodes { id } } ledgerTransfers { nodes { id } } }"
    known = await finance.ask(ids)
    there = [one["id"] for found in known.values() for one in found["nodes"]]
    assert len(there) == 12
    nodes = await stranger.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=there)
    assert nodes["nodes"] == [None] * 12


async def test_who_pays_sees_nothing_of_what_the_payment_did_to_others(world: World) -> None:
    issuer = await world.freelancer_side()
    trade = await trade_of(world, issuer)
    await earn(world, trade, 100_000, 5_000)
    payer = next(person for person in world.people if person.organization_id == trade.payer_id)
    assert (await payer.ask(TRANSFERS))["ledgerTransfers"]["totalCount"] == 0
    assert (await payer.ask(TRIAL))["trialBalance"] == []
