"""Opening and voiding invoices through the API."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.makers.invoices import (
    events_of,
    line_input,
    make_customer,
    make_draft,
    make_open_invoice,
    money,
    numbers,
    opened,
    transfers_of,
)
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances
from tests.world import World

SHOWN = (
    "query($id: ID!) { invoice(id: $id) { status number paymentStatus version voidReason voidedAt openedAt paidAt"
    " issueOn supplyOn dueOn isOverdue fee { amountMinor } net { amountMinor } paid { amountMinor }"
    " amountDue { amountMinor currency } customer { name } recipient { name } issuer { name } } }"
)


def today(world: World) -> date:
    """The date in the zone of the world's organizations."""
    return world.clock.now().astimezone(ZoneInfo("Europe/Skopje")).date()


async def test_opening_numbers_posts_and_dates_an_invoice(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    draft = await make_draft(issuer, await make_customer(issuer, recipient, paymentTermsDays=30))
    invoice = await opened(
        world,
        issuer,
        draft,
        "number status kind paymentStatus issueOn supplyOn dueOn version fee { amountMinor } net { amountMinor }"
        " recipient { name } history { nodes { action from to user { email } } }"
        " availableActions { action allowed reason }",
    )
    day = today(world)
    assert invoice["number"] == f"INV-{day.year}-0001"
    assert (invoice["issueOn"], invoice["supplyOn"]) == (str(day), str(day))
    assert invoice["dueOn"] == str(day + timedelta(days=30))
    assert (invoice["status"], invoice["paymentStatus"], invoice["version"]) == ("OPEN", "UNPAID", 2)
    assert (invoice["fee"], invoice["net"]) == ({"amountMinor": "0"}, {"amountMinor": "10000"})
    assert invoice["recipient"] == {"name": "Northwind"}
    assert invoice["history"]["nodes"] == [
        {"action": "createInvoice", "from": None, "to": "DRAFT", "user": {"email": issuer.email}},
        {"action": "openInvoice", "from": "DRAFT", "to": "OPEN", "user": {"email": issuer.email}},
    ]
    allowed = {one["action"] for one in invoice["availableActions"] if one["allowed"]}
    assert allowed == {
        "duplicateInvoice",
        "voidInvoice",
        "sendInvoiceReminder",
        "createCreditNote",
        "recordPayment",
        "writeOffRemainder",
        "markUncollectible",
    }
    assert await events_of(world, draft) == ["invoice.created", "invoice.opened"]
    assert await transfers_of(world, draft) == ["P1"]
    assert await balances(world) == {"receivable": 10_000, "billed": -10_000}


async def test_an_invoice_is_not_issued_ahead_nor_before_the_last_one_of_its_year(world: World) -> None:
    issuer = await world.freelancer_side()
    customer, day = await make_customer(issuer), today(world)
    yesterday, tomorrow = (str(day + timedelta(days=days)) for days in (-1, 1))
    ahead = await make_draft(issuer, customer, issueOn=tomorrow)
    behind = await make_draft(issuer, customer, issueOn=yesterday)
    refusal = await issuer.refused("openInvoice", invoiceId=ahead, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["issueOn"])
    await opened(world, issuer, await make_draft(issuer, customer))
    refusal = await issuer.refused("openInvoice", invoiceId=behind, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["issueOn"])
    assert await numbers(world, issuer) == [1]
    assert (await issuer.ask(SHOWN, id=behind))["invoice"]["status"] == "DRAFT"
    assert await transfers_of(world, behind) == []
    await issuer.do("updateInvoice", "invoice { id }", invoiceId=behind, issueOn=None)
    assert (await opened(world, issuer, behind))["number"].endswith("-0002")


async def test_an_invoice_is_due_on_the_day_it_names_but_not_before_its_issue(world: World) -> None:
    issuer = await world.freelancer_side()
    customer, day = await make_customer(issuer), today(world)
    named = await make_draft(issuer, customer, dueOn=str(day), supplyOn=str(day - timedelta(days=40)))
    shown = await opened(world, issuer, named, "dueOn supplyOn")
    assert shown == {"dueOn": str(day), "supplyOn": str(day - timedelta(days=40))}
    past = await make_draft(issuer, customer, dueOn=str(day - timedelta(days=1)))
    refusal = await issuer.refused("openInvoice", invoiceId=past, idempotencyKey=world.key())
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["dueOn"])


async def test_the_year_of_a_number_is_that_of_the_issuers_zone(world: World) -> None:
    issuer = await world.freelancer_side()
    customer, year = await make_customer(issuer), today(world).year
    await opened(world, issuer, await make_draft(issuer, customer))
    eve = datetime(year, 12, 31, 23, 30, tzinfo=UTC)
    world.clock.advance(eve - world.clock.now())
    first = await opened(world, issuer, await make_draft(issuer, customer), "number issueOn")
    assert first == {"number": f"INV-{year + 1}-0001", "issueOn": f"{year + 1}-01-01"}
    late = await make_draft(issuer, customer, issueOn=f"{year}-12-31")
    assert (await opened(world, issuer, late))["number"] == f"INV-{year}-0002"


async def test_a_recipient_sees_an_invoice_from_its_opening_on(world: World) -> None:
    issuer, recipient, stranger = (
        await world.freelancer_side(),
        await world.client_side(),
        await world.client_side("Somebody else"),
    )
    draft = await make_draft(issuer, await make_customer(issuer, recipient), note="Thank you")
    assert (await recipient.ask(SHOWN, id=draft))["invoice"] is None
    await opened(world, issuer, draft)
    shown = (await recipient.ask(SHOWN, id=draft))["invoice"]
    own = (await issuer.ask(SHOWN, id=draft))["invoice"]
    assert shown == own | {"customer": None, "fee": None, "net": None}
    assert shown["amountDue"] == money(10_000)
    lines = "query($id: ID!) { invoice(id: $id) { lines { id description net { amountMinor } } } }"
    line = (await recipient.ask(lines, id=draft))["invoice"]["lines"][0]
    assert line["net"] == {"amountMinor": "10000"}
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await recipient.ask(node, id=line["id"]))["node"] == {"id": line["id"]}
    for id_ in (draft, line["id"]):
        assert (await stranger.ask(node, id=id_))["node"] is None


async def test_only_those_who_write_the_issuers_invoices_open_and_void_them(world: World) -> None:
    agency = await world.organization(OrganizationKind.AGENCY, "Studio")
    owner, member = await world.join(agency, Role.OWNER), await world.join(agency, Role.MEMBER)
    recipient, stranger = await world.client_side(), await world.client_side("Somebody else")
    invoice = await make_open_invoice(world, owner, recipient)
    draft = await make_draft(owner, await make_customer(owner))
    unknown = f"inv_{new_id().hex}"
    before = [(await owner.ask(SHOWN, id=id_))["invoice"] for id_ in (invoice, draft)]

    async def code(person: Any, mutation: str, id_: str) -> tuple[str, str]:
        more = {"reason": "Wrong"} if mutation == "voidInvoice" else {}
        refusal = await person.refused(mutation, invoiceId=id_, idempotencyKey=world.key(), **more)
        return refusal["code"], refusal["message"]

    for mutation in ("openInvoice", "voidInvoice"):
        assert (await code(member, mutation, draft))[0] == "FORBIDDEN"
        assert (await code(recipient, mutation, invoice))[0] == "FORBIDDEN"
        for person in (recipient, stranger):
            assert (await code(person, mutation, draft))[0] == "NOT_FOUND"
            assert await code(person, mutation, draft) == await code(person, mutation, unknown)
    assert [(await owner.ask(SHOWN, id=id_))["invoice"] for id_ in (invoice, draft)] == before
    assert await transfers_of(world, invoice) == ["P1"]


async def test_a_void_invoice_keeps_its_number_and_owes_nothing(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    invoice = await make_open_invoice(world, issuer, recipient)
    key = world.key()
    for replayed in (False, True):
        answer = await issuer.do(
            "voidInvoice",
            "replayed invoice { status paymentStatus number voidReason }",
            invoiceId=invoice,
            reason=" Sent twice ",
            idempotencyKey=key,
        )
        assert answer == {
            "replayed": replayed,
            "invoice": {
                "status": "VOID",
                "paymentStatus": None,
                "number": f"INV-{today(world).year}-0001",
                "voidReason": "Sent twice",
            },
        }
    assert await transfers_of(world, invoice) == ["P1", "P2"]
    assert await balances(world) == {}
    assert await events_of(world, invoice) == ["invoice.created", "invoice.opened", "invoice.voided"]
    again = await issuer.refused("voidInvoice", invoiceId=invoice, reason="Again", idempotencyKey=world.key())
    assert (again["code"], again["from"], again["allowed"]) == ("WRONG_STATE", "VOID", ["OPEN"])
    other = await make_draft(issuer, await make_customer(issuer))
    assert (await opened(world, issuer, other))["number"].endswith("-0002")


async def test_an_invoice_is_not_voided_without_a_reason_nor_while_it_is_being_paid(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    await make_method(recipient)
    invoice = await make_open_invoice(world, issuer, recipient, line_input(10_000))
    void = {"invoiceId": invoice, "idempotencyKey": world.key()}
    assert (await issuer.refused("voidInvoice", reason=" ", **void))["path"] == ["reason"]
    await recipient.do(
        "payInvoice", "payment { id }", invoiceId=invoice, amount=money(4_000), idempotencyKey=world.key()
    )
    assert (await issuer.refused("voidInvoice", reason="Wrong", **void))["code"] == "CONFLICT"
    await world.settle()
    refusal = await issuer.refused("voidInvoice", reason="Wrong", **void)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "PARTIALLY_PAID")
    shown = (await issuer.ask(SHOWN, id=invoice))["invoice"]
    assert (shown["status"], shown["paymentStatus"]) == ("OPEN", "PARTIALLY_PAID")
    assert (shown["paid"], shown["amountDue"]) == ({"amountMinor": "4000"}, money(6_000))
    assert await transfers_of(world, invoice) == ["P1"]
