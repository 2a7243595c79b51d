"""Two parties with everything between them: an object of every kind that the API knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from domain.actors import SYSTEM, Actor
from domain.gigs import GigVisibility
from domain.payments import Payment, PaymentState
from domain.permissions import Role, StaffRole
from persistence.tables.money import payments
from persistence.tables.work import gigs
from resolvers.nodes import SOURCES
from schema.ids import global_id
from server.auth import actor_of_token
from tests.makers.approvals import make_waiting
from tests.makers.apps import make_own_app
from tests.makers.catalogue import make_own_catalogue, make_own_usage, make_price_experiment
from tests.makers.chargebacks import make_warning
from tests.makers.colleagues import colleague
from tests.makers.credit_buyers import make_gift
from tests.makers.credit_control import make_credit_control
from tests.makers.credit_holders import make_used_credits
from tests.makers.entitlements import give, promote
from tests.makers.escrow import make_funded_project, release
from tests.makers.files import make_handed_over
from tests.makers.gigs import make_open_gig
from tests.makers.invoices import line_input, make_customer, make_draft, make_tax_type, opened
from tests.makers.keys import make_key
from tests.makers.notifications import make_device
from tests.makers.operations import make_run
from tests.makers.payouts import make_payout_method, request_payout
from tests.makers.projects import approve, make_active_project, make_submitted_project
from tests.makers.proposals import make_invitation, make_submitted_proposal
from tests.makers.provider_accounts import make_provider_account
from tests.makers.rates import make_rate
from tests.makers.reports import make_reported
from tests.makers.sales import begin, make_product
from tests.makers.staff import another_of_the_staff, impersonate
from tests.makers.subscriptions import make_plan, make_subscribed
from tests.makers.webhook_endpoints import make_silent_endpoint
from tests.makers.webhooks import make_parked_webhook
from tests.world import Person, World

CUSTOMER = "Cinnamon roll people"
"""What the freelancer calls the client, in its own books."""

OF_ALL = {"FeePolicy", "CreditPackage"}
"""Types whose objects are nobody's own."""

Ids = dict[str, list[str]]
"""Global ids by the name of their type."""


@dataclass(frozen=True, slots=True)
class Parties:
    """A client, a freelancer, and the ids of all that is theirs."""

    client: Person
    freelancer: Person
    ids: Ids


async def make_parties(world: World) -> Parties:
    """Nothing of it is meant for others, except that their names are known and the gigs of their projects public."""
    thing, plan = await make_product(world), await make_plan(world, price_minor=0)
    before = await all_ids(world)
    client, freelancer = await world.client_side(), await world.freelancer_side()
    await _gigs(world, client, freelancer)
    await _invoices(world, client, freelancer)
    await _work(world, client, freelancer)
    await _credits(world, freelancer)
    await _losses(world, freelancer)
    await make_waiting(world, freelancer)
    await _payouts(world, freelancer)
    await _escrow(world, client, freelancer)
    app = await make_own_app(freelancer)
    await _catalogue(world, freelancer, app)
    await make_credit_control(freelancer, app)
    await make_provider_account(world)
    await make_silent_endpoint(freelancer)
    await make_handed_over(world, client, freelancer)
    await freelancer.do("exportLedger", "export { id }", format="CSV")
    await freelancer.do("exportAuditLog", "export { id }", format="CSV")
    await make_used_credits(world, freelancer)
    await _members(world, client)
    await begin(world, client, thing)
    await make_gift(world, client)
    await make_subscribed(world, client, plan)
    await give(world, client.organization_id, "einvoice")
    await promote(world, "webhooks", organization_ids=[client.organization_id])
    await client.do("inviteMember", "invitation { id }", email=f"new-{client.email}", role="VIEWER")
    for person in (client, freelancer):
        await make_key(person, "work:read")
        await make_device(person, f"the device of {person.email}")
        await world.caller().refused("signIn", email=person.email, password="a guess of somebody")
    people = [await actor_of_token(world.database, person.token) for person in (client, freelancer)]
    after = await all_ids(world, *people)
    new = {name: [one for one in found if name in OF_ALL or one not in before[name]] for name, found in after.items()}
    missing = {name for name, found in new.items() if not found} - {"GigCategory"}
    assert not missing, f"make_parties makes none of these: {missing}"
    return Parties(client, freelancer, new)


async def all_ids(world: World, *viewers: Actor) -> Ids:
    """What there is of every type, and of sessions and sign-ins, which are nobody else's, those of the viewers."""
    return {name: await ids_for(world, name, (SYSTEM, *viewers)) for name in SOURCES}


async def ids_for(world: World, type_name: str, viewers: Sequence[Actor]) -> list[str]:
    """The ids of that type that one of the viewers may see."""
    source, found = SOURCES[type_name], list[str]()
    async with world.database.reader() as session:
        for viewer in viewers:
            statement = select(source.table.c.id).where(source.visible_to(viewer)).order_by(source.table.c.id)
            found += [global_id(type_name, id_) for id_ in await session.scalars(statement)]
    return list(dict.fromkeys(found))


async def private_gigs(world: World) -> list[str]:
    """The gigs that nobody finds who was not invited."""
    async with world.database.reader() as session:
        statement = select(gigs.c.id).where(gigs.c.visibility == GigVisibility.INVITE_ONLY)
        return [global_id("Gig", id_) for id_ in await session.scalars(statement)]


async def _gigs(world: World, client: Person, freelancer: Person) -> None:
    gig = await make_open_gig(world, client, visibility="INVITE_ONLY", seats=3)
    await make_invitation(client, freelancer, gig)
    await make_submitted_proposal(freelancer, gig)
    await make_invitation(client, freelancer, await make_open_gig(world, client, visibility="INVITE_ONLY"))


async def _catalogue(world: World, developer: Person, app: str) -> None:
    """What an app sells, what staff try with its price and compare of it, and what another one has reported."""
    product, staff = await make_own_catalogue(developer, app), await another_of_the_staff(world, StaffRole.FINANCE)
    await make_price_experiment(staff, product)
    await staff.do("runReconciliation", "run { id }", appId=app, idempotencyKey=world.key())
    await make_own_usage(developer)


async def _members(world: World, client: Person) -> None:
    """A colleague with an override, and a member of the staff who has acted as the client."""
    member = await colleague(world, client, Role.VIEWER)
    membership = f"mbr_{member.membership_id.hex}"
    override = {"membershipId": membership, "permission": "work:write", "effect": "ALLOW", "reason": "Helps out."}
    await client.do("setPermissionOverride", "override { id }", **override)
    staff = await another_of_the_staff(world, StaffRole.SUPPORT)
    id_, _ = await impersonate(staff, client)
    await staff.do("endImpersonation", "impersonation { id }", impersonationId=id_)


async def _invoices(world: World, client: Person, freelancer: Person) -> None:
    customer = await make_customer(freelancer, client, name=CUSTOMER, email=f"books-{freelancer.email}")
    line = line_input(10_000, await make_tax_type(freelancer))
    await make_draft(freelancer, customer, line)
    invoice = await make_draft(freelancer, customer, line)
    await opened(world, freelancer, invoice)
    await freelancer.do("sendInvoiceReminder", "reminder { id }", invoiceId=invoice)
    came = {"amount": {"amountMinor": "500", "currency": "EUR"}, "method": "CASH"}
    today = world.clock.now().date().isoformat()
    await freelancer.do(
        "recordPayment", "invoice { id }", invoiceId=invoice, **came, receivedOn=today, idempotencyKey=world.key()
    )


async def _work(world: World, client: Person, freelancer: Person) -> None:
    """A project with a paid milestone and one to come, and one that is asked to pause."""
    made = await make_submitted_project(world, "MILESTONE", (1, 1), client=client, freelancer=freelancer)
    await approve(made, made.task)
    await world.settle()
    waiting = await make_active_project(world, client=client, freelancer=freelancer)
    await freelancer.do("requestPause", "project { id }", projectId=waiting.id, reason="I am ill.")


async def _credits(world: World, freelancer: Person) -> None:
    """A part of what is paid is credited and on its way back."""
    found = await freelancer.ask("{ invoices(filter: { status: [PAID] }) { nodes { id lines { id } } } }")
    invoice = found["invoices"]["nodes"][0]
    lines = [{"lineId": invoice["lines"][0]["id"], "amount": {"amountMinor": "500", "currency": "EUR"}}]
    input = {"invoiceId": invoice["id"], "lines": lines, "reason": "Less was done"}
    note = (await freelancer.do("createCreditNote", "creditNote { id }", **input))["creditNote"]["id"]
    await freelancer.do("issueCreditNote", "refunds { id }", creditNoteId=note, refund=True, idempotencyKey=world.key())


async def _escrow(world: World, client: Person, freelancer: Person) -> None:
    """Held money, a part of it released, and a policy that does not count yet."""
    made, hold = await make_funded_project(world, client=client, freelancer=freelancer)
    await release(made, hold, 10_000)
    terms = {"position": 1, "delayHours": 24, "status": "DRAFT"}
    own = f"org_{client.organization_id.hex}"
    await client.do("upsertReleasePolicy", "policy { id }", organizationId=own, terms=terms)


async def _losses(world: World, freelancer: Person) -> None:
    """A bank that asks for money back, an exception about it, a charge that nobody knows, and a report of more."""
    async with world.database.reader() as session:
        paid = payments.c.status == PaymentState.SUCCEEDED, payments.c.issuer_id == freelancer.organization_id
        payment = (await session.scalars(select(Payment).where(*paid).order_by(payments.c.id).limit(1))).one()
    await make_warning(world, payment)
    await make_parked_webhook(world)
    await make_run(world)
    await make_reported(world)


async def _payouts(world: World, freelancer: Person) -> None:
    """What the freelancer has earned, on its way out and into another currency."""
    await make_payout_method(freelancer)
    await request_payout(freelancer, 1_000)
    await freelancer.do("setPayoutSchedule", "schedule { id }", currency="EUR", frequency="NONE")
    world.clock.advance(timedelta(seconds=1))
    await make_rate(world, "EUR", "USD", "1.1")
    amount = {"amountMinor": 1_000, "currency": "EUR"}
    await freelancer.do("quoteConversion", "conversion { id }", amount=amount, to="USD")
