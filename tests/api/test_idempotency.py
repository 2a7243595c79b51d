"""Keys of mutations: whose they are, and what a repeat gets."""

from uuid import uuid4

from domain.organizations import OrganizationKind
from domain.permissions import Role
from tests.world import World

CREATE = "mutation($input: CreateGigInput!) { createGig(input: $input) { ... on CreateGigPayload { gig { id } } } }"
SIGN_OUT = "mutation { signOut(input: {}) { ... on SignOutPayload { __typename } } }"


async def test_a_key_in_the_header_gives_any_mutation_one_effect(world: World) -> None:
    client = await world.client_side()
    headers = {"authorization": f"Bearer {client.token}", "idempotency-key": str(uuid4())}
    document = {"query": CREATE, "variables": {"input": {"title": "A logo", "currency": "EUR"}}}
    answers = [(await world.client.http.post("/graphql", json=document, headers=headers)).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (await client.ask("{ gigs { totalCount } }"))["gigs"]["totalCount"] == 1


async def test_what_somebody_does_about_themselves_is_not_answered_by_a_colleagues_key(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Northwind")
    key = str(uuid4())
    for colleague in (await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)):
        headers = {"authorization": f"Bearer {colleague.token}", "idempotency-key": key}
        await world.client.http.post("/graphql", json={"query": SIGN_OUT}, headers=headers)
        body = await world.client.post("{ gigs { totalCount } }", token=colleague.token)
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
