"""Makers of proposals and invitations through the API."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from persistence.tables.platform import outbox
from tests.makers.rows import rows
from tests.world import Person, World

TERMS: dict[str, Any] = {
    "invoicingMethod": "MILESTONE",
    "fundingMode": "DIRECT",
    "milestones": [{"title": "All of it"}],
}
COMPLETION: dict[str, Any] = TERMS | {"invoicingMethod": "COMPLETION"}


def eur(amount_minor: int) -> dict[str, str]:
    return {"amountMinor": str(amount_minor), "currency": "EUR"}


async def make_proposal(freelancer: Person, gig_id: str, **fields: Any) -> str:
    """The id of a draft of 1000.00 EUR, unless another price is named."""
    price = {} if "hourlyRate" in fields else {"amount": eur(100_000)}
    made = await freelancer.do("createProposal", "proposal { id }", gigId=gig_id, **(price | fields))
    return str(made["proposal"]["id"])


async def make_submitted_proposal(freelancer: Person, gig_id: str, **fields: Any) -> str:
    id_ = await make_proposal(freelancer, gig_id, **fields)
    await freelancer.do("submitProposal", "proposal { id }", proposalId=id_)
    return id_


async def make_offer(client: Person, freelancer: Person, gig_id: str, **offer: Any) -> str:
    """The id of a proposal with an offer: as proposed, unless the offer names amount or terms."""
    id_ = await make_submitted_proposal(freelancer, gig_id)
    await client.do("offerProposal", "proposal { id }", proposalId=id_, **offer)
    return id_


async def make_invitation(client: Person, freelancer: Person, gig_id: str, **fields: Any) -> str:
    organization = f"org_{freelancer.organization_id.hex}"
    made = await client.do("inviteFreelancer", "invitation { id }", gigId=gig_id, organizationId=organization, **fields)
    return str(made["invitation"]["id"])


async def version_of(person: Person, id_: str) -> int:
    """The version of an object as that person reads it."""
    node = (await person.ask("query($id: ID!) { node(id: $id) { ... on Stateful { version } } }", id=id_))["node"]
    return int(node["version"])


async def status_of(person: Person, kind: str, id_: str) -> str | None:
    """The status of a gig, proposal or gigInvitation as that person sees it; None for what they may not see."""
    found = (await person.ask(f"query($id: ID!) {{ {kind}(id: $id) {{ status }} }}", id=id_))[kind]
    return None if found is None else str(found["status"])


async def accepting(person: Person, mutation: str, id_: str) -> dict[str, Any]:
    """The input for accepting what that person reads now, with a fresh key."""
    noun = "invitationId" if mutation == "acceptGigInvitation" else "proposalId"
    return {noun: id_, "expectedVersion": await version_of(person, id_), "idempotencyKey": person.world.key()}


async def accept_proposal(client: Person, proposal_id: str, select: str = "project { id }") -> dict[str, Any]:
    """The payload of accepting a proposal as it is now."""
    return await client.do("acceptProposal", select, **await accepting(client, "acceptProposal", proposal_id))


async def audiences(world: World, event_type: str) -> list[set[UUID]]:
    """For which organizations each event of that type was meant."""
    written = select(outbox.c.organization_ids).where(outbox.c.type == event_type).order_by(outbox.c.written)
    return [set(row[0]) for row in await rows(world, written)]
