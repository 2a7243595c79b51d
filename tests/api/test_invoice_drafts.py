"""Writing invoices through the API: amounts, changes, copies, removal."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.makers.invoices import (
    count_of_invoices,
    events_of,
    invoice_input,
    line_input,
    make_customer,
    make_draft,
    make_tax_type,
    money,
    opened,
)
from tests.world import World

TOTALS = (
    "subtotal { amountMinor } discountTotal { amountMinor } netTotal { amountMinor } taxTotal { amountMinor }"
    " total { amountMinor } taxes { name rateBps base { amountMinor } amount { amountMinor } }"
)
LINES = "lines { position description net { amountMinor } tax { amountMinor } taxes { name amount { amountMinor } } }"
SHOWN = "query($id: ID!) { invoice(id: $id) { version status total { amountMinor } lines { id description } note } }"
PREVIEW = (
    "query($input: PreviewInvoiceInput!) { result: previewInvoice(input: $input) {"
    f" ... on InvoicePreview {{ {TOTALS} {LINES} warnings }}"
    " ... on Refusal { code path problems { path } } } }"
)


def totals(shown: dict[str, Any]) -> list[int]:
    names = ("subtotal", "discountTotal", "netTotal", "taxTotal", "total")
    return [int(shown[name]["amountMinor"]) for name in names]


def line_taxes(shown: dict[str, Any]) -> list[int]:
    return [int(line["tax"]["amountMinor"]) for line in shown["lines"]]


async def test_a_draft_is_computed_by_the_server(world: World) -> None:
    issuer = await world.freelancer_side()
    customer, vat = await make_customer(issuer), await make_tax_type(issuer, 1800)
    made = await issuer.do(
        "createInvoice",
        f"invoice {{ {TOTALS} status kind number paymentStatus issueOn dueOn issuer {{ name }} recipient {{ name }}"
        " customer { name } collection { mode attempts nextAt lastFailure } fee { amountMinor } version isOverdue"
        " amountDue { amountMinor currency } history { nodes { action from to } } } warnings",
        **invoice_input(customer, line_input(1_000_000, vat, currency="MKD"), currency="MKD", discount={"bps": 1000}),
    )
    invoice = made["invoice"]
    assert totals(invoice) == [1_000_000, 100_000, 900_000, 162_000, 1_062_000]
    assert invoice["taxes"] == [
        {"name": "VAT", "rateBps": 1800, "base": {"amountMinor": "900000"}, "amount": {"amountMinor": "162000"}}
    ]
    for name in ("number", "paymentStatus", "issueOn", "dueOn", "recipient", "fee"):
        assert invoice[name] is None
    assert (invoice["status"], invoice["kind"], invoice["version"]) == ("DRAFT", "STANDARD", 1)
    assert (invoice["issuer"], invoice["customer"]) == ({"name": "Ada Lovelace"}, {"name": "Bakery"})
    assert invoice["collection"] == {"mode": "MANUAL", "attempts": 0, "nextAt": None, "lastFailure": None}
    assert (invoice["amountDue"], invoice["isOverdue"]) == (money(1_062_000, "MKD"), False)
    assert invoice["history"]["nodes"] == [{"action": "createInvoice", "from": None, "to": "DRAFT"}]
    assert made["warnings"] == []


@pytest.mark.parametrize(
    ("mode", "level", "prices", "expected", "taxes"),
    [
        ("EXCLUSIVE", "DOCUMENT", [333, 333, 333], [999, 0, 999, 190, 1189], [64, 63, 63]),
        ("EXCLUSIVE", "LINE", [333, 333, 333], [999, 0, 999, 189, 1188], [63, 63, 63]),
        ("INCLUSIVE", "DOCUMENT", [11_900], [11_900, 0, 10_000, 1_900, 11_900], [1_900]),
    ],
)
async def test_a_preview_says_what_a_draft_would_come_to_and_writes_nothing(
    world: World, mode: str, level: str, prices: list[int], expected: list[int], taxes: list[int]
) -> None:
    issuer = await world.freelancer_side()
    customer, vat = await make_customer(issuer), await make_tax_type(issuer, 1900)
    lines = [line_input(price, vat) for price in prices]
    written = invoice_input(customer, *lines, taxMode=mode, taxLevel=level)
    preview = (await issuer.ask(PREVIEW, input=written))["result"]
    assert (totals(preview), line_taxes(preview)) == (expected, taxes)
    assert await count_of_invoices(world) == 0
    made = (await issuer.do("createInvoice", f"invoice {{ {TOTALS} {LINES} }}", **written))["invoice"]
    assert made == {name: value for name, value in preview.items() if name != "warnings"}


async def test_every_wrong_field_of_an_invoice_is_named_at_once(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    wrong = invoice_input(
        customer,
        line_input(description=" ", quantity="0", unitPrice=money(-1, "USD")),
        line_input(quantity="0.0000001", discount={"bps": 1, "amount": money(1)}, unit="x" * 21),
        issueOn="2026-03-02",
        supplyOn="0001-01-01",
        dueOn="2026-03-01",
        discount={"bps": 10_001},
        note="x" * 2001,
    )
    paths = [
        ["note"],
        ["supplyOn"],
        ["dueOn"],
        ["discount", "bps"],
        ["lines", "0", "description"],
        ["lines", "0", "quantity"],
        ["lines", "0", "unitPrice", "currency"],
        ["lines", "0", "unitPrice", "amountMinor"],
        ["lines", "1", "unit"],
        ["lines", "1", "quantity"],
        ["lines", "1", "discount"],
    ]
    refusal = await issuer.refused("createInvoice", **wrong)
    assert (refusal["code"], [problem["path"] for problem in refusal["problems"]]) == ("INVALID", paths)
    preview = (await issuer.ask(PREVIEW, input=wrong))["result"]
    assert [problem["path"] for problem in preview["problems"]] == paths
    assert await count_of_invoices(world) == 0


async def test_a_discount_is_at_most_what_it_is_taken_off_and_a_total_is_at_least_one(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    for lines, discount, path in (
        ([line_input(100, discount={"amount": money(101)})], None, ["lines", "0", "discount", "amount"]),
        ([line_input(100)], {"amount": money(101)}, ["discount", "amount"]),
        ([line_input(100)], {"amount": money(100)}, ["lines"]),
        ([line_input(10**13), line_input(1)], None, ["lines"]),
        ([line_input(10**13, quantity="2")], None, ["lines", "0", "unitPrice"]),
    ):
        refusal = await issuer.refused("createInvoice", **invoice_input(customer, *lines, discount=discount))
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    none = await issuer.refused("createInvoice", **(invoice_input(customer) | {"lines": []}))
    assert none["path"] == ["lines"]
    assert await count_of_invoices(world) == 0


async def test_customers_and_tax_types_of_others_and_retired_ones_cannot_be_used(world: World) -> None:
    issuer, stranger = await world.freelancer_side(), await world.freelancer_side()
    customer, vat = await make_customer(issuer), await make_tax_type(issuer)
    foreign = await make_tax_type(stranger)
    await issuer.do("retireTaxType", "taxType { id }", taxTypeId=vat)
    for rate in (foreign, vat, f"tax_{new_id().hex}"):
        refusal = await issuer.refused("createInvoice", **invoice_input(customer, line_input(100, rate)))
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["lines"])
    for id_ in (await make_customer(stranger), f"cus_{new_id().hex}"):
        refusal = await issuer.refused("createInvoice", **invoice_input(id_))
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["customerId"])
    assert await count_of_invoices(world) == 0


async def test_a_draft_changes_and_its_lines_keep_their_ids_by_position(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    draft = await make_draft(issuer, customer, line_input(100), line_input(200, description="Hosting"))
    before = (await issuer.ask(SHOWN, id=draft))["invoice"]
    await issuer.do("updateInvoice", "invoice { id }", invoiceId=draft, expectedVersion=1, note="Thank you")
    renamed = [line_input(100, description="Logo"), line_input(200, description="Hosting"), line_input(300)]
    await issuer.do("updateInvoice", "invoice { id }", invoiceId=draft, expectedVersion=2, lines=renamed[:2])
    after = (await issuer.ask(SHOWN, id=draft))["invoice"]
    assert after == {
        "version": 3,
        "status": "DRAFT",
        "total": {"amountMinor": "300"},
        "lines": [before["lines"][0] | {"description": "Logo"}, before["lines"][1]],
        "note": "Thank you",
    }
    await issuer.do("updateInvoice", "invoice { id }", invoiceId=draft, lines=renamed)
    await issuer.do("updateInvoice", "invoice { id }", invoiceId=draft, lines=renamed[:1])
    shown = (await issuer.ask(SHOWN, id=draft))["invoice"]
    assert (shown["total"], shown["lines"]) == ({"amountMinor": "100"}, after["lines"][:1])
    stale = await issuer.refused("updateInvoice", invoiceId=draft, expectedVersion=1, note="Old")
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", shown["version"])
    other = await issuer.refused("updateInvoice", invoiceId=draft, currency="USD")
    assert other["path"] == ["lines", "0", "unitPrice", "currency"]
    assert (await issuer.ask(SHOWN, id=draft))["invoice"] == shown
    assert await events_of(world, draft) == ["invoice.created", *["invoice.updated"] * 4]


async def test_a_removed_draft_leaves_an_event_behind(world: World) -> None:
    issuer = await world.freelancer_side()
    draft = await make_draft(issuer, await make_customer(issuer))
    removed = await issuer.do("deleteInvoice", "deletedInvoiceId", invoiceId=draft)
    assert removed == {"deletedInvoiceId": draft}
    assert (await issuer.ask(SHOWN, id=draft))["invoice"] is None
    assert await events_of(world, draft) == ["invoice.created", "invoice.deleted"]
    assert (await issuer.refused("deleteInvoice", invoiceId=draft))["code"] == "NOT_FOUND"


async def test_an_open_invoice_is_neither_changed_nor_removed_but_copied(world: World) -> None:
    issuer = await world.freelancer_side()
    customer, vat = await make_customer(issuer), await make_tax_type(issuer)
    line = line_input(333, vat, quantity="1.5", discount={"bps": 100}, unit="hours")
    original = await make_draft(issuer, customer, line, discount={"amount": money(7)}, note="Thanks", taxLevel="LINE")
    await opened(world, issuer, original)
    for mutation in ("updateInvoice", "deleteInvoice"):
        refusal = await issuer.refused(mutation, invoiceId=original)
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "OPEN", ["DRAFT"])
    select = f"invoice {{ id status kind number issueOn dueOn note taxMode taxLevel {TOTALS} {LINES} }}"
    copy = (await issuer.do("duplicateInvoice", select, invoiceId=original))["invoice"]
    query = f"query($id: ID!) {{ {select.replace('invoice', 'invoice(id: $id)', 1)} }}"
    source = (await issuer.ask(query, id=original))["invoice"]
    undated = {"id": copy["id"], "status": "DRAFT", "number": None, "issueOn": None, "dueOn": None}
    assert copy == source | undated
    assert copy["id"] != original
    await issuer.do("retireTaxType", "taxType { id }", taxTypeId=vat)
    assert (await issuer.refused("duplicateInvoice", invoiceId=original))["code"] == "NOT_FOUND"
    assert await count_of_invoices(world) == 2


async def test_a_possible_duplicate_is_a_warning_that_blocks_nothing(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer)
    first = await make_draft(issuer, customer, line_input(10_000))
    number = (await opened(world, issuer, first))["number"]
    warning = f"{number} over 100.00 EUR for the same customer looks alike."
    for price, expected in ((10_500, [warning]), (10_527, []), (9_524, [warning]), (9_523, [])):
        near = invoice_input(customer, line_input(price))
        assert (await issuer.ask(PREVIEW, input=near))["result"]["warnings"] == expected
    shown = (await issuer.ask("query($id: ID!) { invoice(id: $id) { issueOn } }", id=first))["invoice"]
    issued = date.fromisoformat(shown["issueOn"])
    far, near = (invoice_input(customer, issueOn=str(issued + timedelta(days=days))) for days in (8, 7))
    assert (await issuer.ask(PREVIEW, input=far))["result"]["warnings"] == []
    made = await issuer.do("createInvoice", "invoice { status } warnings", **near)
    assert made == {"invoice": {"status": "DRAFT"}, "warnings": [warning]}


async def test_drafts_are_for_those_who_may_write_invoices_of_their_issuer(world: World) -> None:
    agency = await world.organization(OrganizationKind.AGENCY, "Studio")
    owner, member = await world.join(agency, Role.OWNER), await world.join(agency, Role.MEMBER)
    recipient, stranger = await world.client_side(), await world.client_side("Somebody else")
    customer = await make_customer(owner, recipient)
    draft = await make_draft(owner, customer)
    fresh = invoice_input(customer)
    before = (await member.ask(SHOWN, id=draft))["invoice"]
    assert (await member.refused("createInvoice", **fresh))["code"] == "FORBIDDEN"
    assert (await member.ask(PREVIEW, input=fresh))["result"]["code"] == "FORBIDDEN"
    for mutation in ("updateInvoice", "deleteInvoice", "duplicateInvoice"):
        assert (await member.refused(mutation, invoiceId=draft))["code"] == "FORBIDDEN"
        for person in (recipient, stranger):
            foreign = await person.refused(mutation, invoiceId=draft)
            assert foreign["code"] == "NOT_FOUND"
            assert foreign == await person.refused(mutation, invoiceId=f"inv_{new_id().hex}")
    for person in (recipient, stranger):
        assert (await person.ask(SHOWN, id=draft))["invoice"] is None
        assert (await person.ask("{ invoices { totalCount } }"))["invoices"]["totalCount"] == 0
    assert (await owner.ask(SHOWN, id=draft))["invoice"] == before
    assert (await count_of_invoices(world), await events_of(world, draft)) == (1, ["invoice.created"])
