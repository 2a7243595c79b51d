"""The demonstration in an empty sandbox: five people, a published gig and a proposal for it."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from domain.actors import SYSTEM
from domain.entitlement_grants import GrantReason
from domain.gigs import GigPricing, GigPriority, GigVisibility
from domain.money import Money
from domain.organizations import OrganizationKind
from domain.passwords import normalised
from domain.payment_methods import MethodDetails, Provider
from domain.permissions import Role
from domain.plan_limits import LIMITED
from domain.terms import FundingMode, InvoicingMethod, PlannedMilestone, PlannedTask, WorkTerms
from integrations.passwords import Passwords
from persistence import reference_data
from persistence.database import Database
from persistence.emptiness import is_empty
from persistence.gig_categories import category_id
from persistence.unit import Unit, transact
from resolvers.entitlement_grants import grant_entitlement
from resolvers.gigs import create_gig, publish_gig
from resolvers.payment_methods import add_payment_method
from resolvers.proposals import create_proposal, submit_proposal
from server.seed_people import People

PASSWORD = "milepost sandbox"
STAFF_EMAIL = "staff@milepost.example"
_CARD = "sim_ok"


class Seeded(NamedTuple):
    """Somebody to sign in as."""

    email: str
    what: str


SEEDED = [
    Seeded("nora@northwind.example", "owner of Northwind, a client with a payment method"),
    Seeded("fred@northwind.example", "finance of Northwind: pays, but does not approve work"),
    Seeded("ada@lovelace.example", "Ada, a freelancer who has proposed to Northwind's gig"),
    Seeded("bea@bright.example", "owner of Bright, an agency: hires and is hired"),
    Seeded(STAFF_EMAIL, "staff of Milepost: sees the ledger and the trial balance"),
]

_TERMS = WorkTerms(
    invoicing_method=InvoicingMethod.MILESTONE,
    funding_mode=FundingMode.DIRECT,
    milestones=(
        PlannedMilestone(title="Design", tasks=(PlannedTask(title="Sketches"), PlannedTask(title="Final design"))),
        PlannedMilestone(title="Pages", tasks=(PlannedTask(title="Three pages, on phones too"),)),
        PlannedMilestone(title="Shop", tasks=(PlannedTask(title="Catalogue"), PlannedTask(title="Checkout"))),
    ),
)

_GIG = {
    "title": "A website for a bakery",
    "description": "Three pages and a small shop for a bakery in Skopje, ready for spring.",
    "category_id": category_id("web-development"),
    "skills": ["HTML", "CSS", "accessibility"],
    "tools": [],
    "tags": ["website", "shop"],
    "visibility": GigVisibility.PUBLIC,
    "priority": GigPriority.NORMAL,
    "pricing": GigPricing.FIXED,
    "currency": "EUR",
    "budget_min": Money(90_000, "EUR"),
    "budget_max": Money(115_000, "EUR"),
    "rate_min": None,
    "rate_max": None,
    "delivery_days": 30,
    "start_on": None,
    "time_zone": "Europe/Skopje",
    "seats": 1,
    "expires_on": None,
    "terms": _TERMS,
}
_PROPOSAL = {
    "amount": Money(110_000, "EUR"),
    "hourly_rate": None,
    "hours_per_day": None,
    "delivery_days": 28,
    "terms": None,
    "cover_letter": "I have built shops for two bakeries. The pages will be quick on old phones, too.",
    "links": ["https://lovelace.example/bakeries"],
}


async def seed(database: Database, now: datetime) -> bool:
    """Fills a platform on which nobody has signed up yet; True when it did. All of it or nothing is there."""
    if not await transact(database, is_empty, by=SYSTEM, at=now):
        return False
    password_hash = await Passwords().hashed(normalised(PASSWORD))
    card = MethodDetails(token=_CARD, label="Simulated card: is charged", last4="0001")

    async def work(db: Unit) -> bool:
        # Asked again: another process may have been faster since.
        if not await is_empty(db):
            return False
        await reference_data.ensure(db)
        await _tell_story(db, People(db, password_hash), card)
        return True

    return await transact(database, work, by=SYSTEM, at=now)


async def seed_command(url: str) -> int:
    """Seeds the database at that URL and says whether it did."""
    database = Database(url, pool_size=1)
    try:
        has_seeded = await seed(database, datetime.now(UTC))
    finally:
        await database.close()
    print("Seeded a small demonstration." if has_seeded else "Somebody has signed up here already: nothing is seeded.")
    return 0


async def _tell_story(db: Unit, people: People, card: MethodDetails) -> None:
    """Northwind posts a gig and can pay for it; Ada proposes. Everybody else has just arrived."""
    sam = await people.staff("Sam", STAFF_EMAIL)
    nora = await people.owner("Nora North", "nora@northwind.example", OrganizationKind.CLIENT, "Northwind")
    await people.colleague(nora, "Fred Field", "fred@northwind.example", Role.FINANCE)
    ada = await people.owner("Ada Lovelace", "ada@lovelace.example", OrganizationKind.FREELANCER, "Ada Lovelace")
    bea = await people.owner("Bea Bright", "bea@bright.example", OrganizationKind.AGENCY, "Bright")
    for person in (nora, ada, bea):
        await _lift_limits(sam, person.by.require_organization())
    await add_payment_method(nora, provider=Provider.SIMULATOR, currency="EUR", details=card, make_default=True)
    gig = (await create_gig(nora, **_GIG)).gig
    await db.flush()
    await publish_gig(nora, gig_id=gig.id)
    await db.flush()
    proposal = (await create_proposal(ada, gig_id=gig.id, invitation_id=None, **_PROPOSAL)).proposal
    await db.flush()
    await submit_proposal(ada, proposal_id=proposal.id)


async def _lift_limits(staff: Unit, organization_id: UUID) -> None:
    """Whoever tries the sandbox out shall not come to the end of the free plan with the first gig."""
    for code in sorted(set(LIMITED.values())):
        await grant_entitlement(
            staff,
            organization_id=organization_id,
            feature_code=code,
            reason_kind=GrantReason.TEST,
            reason="To try the sandbox out",
        )
