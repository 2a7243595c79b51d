"""Reminders of invoices through the API."""

from datetime import timedelta
from typing import Any

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.makers.identity import letters
from tests.makers.invoices import events_of, make_customer, make_draft, make_open_invoice, opened
from tests.world import Person, World

SHOWN = "query($id: ID!) { invoice(id: $id) { version reminders { number channel sentBy { email } } } }"


async def remind(person: Person, invoice: str) -> dict[str, Any]:
    answer: dict[str, Any] = await person.attempt("sendInvoiceReminder", "reminder { number }", invoiceId=invoice)
    return answer


async def test_a_reminder_reaches_the_customer_and_the_next_one_waits(world: World) -> None:
    issuer = await world.freelancer_side()
    customer = await make_customer(issuer, email="orders@bakery.example.com")
    invoice = await make_draft(issuer, customer)
    number = (await opened(world, issuer, invoice))["number"]
    assert await remind(issuer, invoice) == {"reminder": {"number": 1}}
    world.clock.advance(timedelta(hours=40))
    assert (await remind(issuer, invoice))["code"] == "RATE_LIMITED"
    world.clock.advance(timedelta(hours=8))
    assert await remind(issuer, invoice) == {"reminder": {"number": 2}}
    shown = (await issuer.ask(SHOWN, id=invoice))["invoice"]
    sent = {"channel": "EMAIL", "sentBy": {"email": issuer.email}}
    assert shown == {"version": 4, "reminders": [{"number": 1} | sent, {"number": 2} | sent]}
    assert (await events_of(world, invoice))[2:] == ["invoice.reminded", "invoice.reminded"]
    await world.settle()
    mails = letters(world, "orders@bakery.example.com")
    assert [mail["Subject"] for mail in mails] == [f"Reminder: invoice {number} of Ada Lovelace"] * 2
    assert "there are 100.00 EUR left to pay" in mails[0].get_content()


async def test_a_customer_without_an_address_is_reminded_through_its_organization_or_not_at_all(world: World) -> None:
    issuer, recipient = await world.freelancer_side(), await world.client_side()
    linked = await make_open_invoice(world, issuer, recipient)
    assert await remind(issuer, linked) == {"reminder": {"number": 1}}
    nowhere = await make_draft(issuer, await make_customer(issuer))
    draft = await remind(issuer, nowhere)
    assert (draft["code"], draft["from"], draft["allowed"]) == ("WRONG_STATE", "DRAFT", ["OPEN"])
    await opened(world, issuer, nowhere)
    refusal = await remind(issuer, nowhere)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["invoiceId"])
    assert (await issuer.ask(SHOWN, id=nowhere))["invoice"] == {"version": 2, "reminders": []}
    assert await events_of(world, nowhere) == ["invoice.created", "invoice.opened"]
    await world.settle()
    reminded = [letter for letter in letters(world) if letter["Subject"].startswith("Reminder")]
    assert len(reminded) == 1


async def test_only_the_issuers_writers_remind(world: World) -> None:
    agency = await world.organization(OrganizationKind.AGENCY, "Studio")
    owner, member = await world.join(agency, Role.OWNER), await world.join(agency, Role.MEMBER)
    recipient, stranger = await world.client_side(), await world.client_side("Somebody else")
    invoice = await make_open_invoice(world, owner, recipient)
    assert (await remind(member, invoice))["code"] == "FORBIDDEN"
    assert (await remind(recipient, invoice))["code"] == "FORBIDDEN"
    foreign = await remind(stranger, invoice)
    assert foreign["code"] == "NOT_FOUND"
    assert foreign == await remind(stranger, f"inv_{new_id().hex}")
    assert (await owner.ask(SHOWN, id=invoice))["invoice"] == {"version": 2, "reminders": []}
