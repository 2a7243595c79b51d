"""How gigs end: closed, cancelled, taken down, out of time; and what becomes of those who wait."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.permissions import Role, StaffRole
from persistence.tables.platform import outbox
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.projects import approve, make_submitted_project, submit
from tests.makers.proposals import (
    TERMS,
    accept_proposal,
    eur,
    make_invitation,
    make_proposal,
    make_submitted_proposal,
    status_of,
)
from tests.makers.rows import rows
from tests.world import World

SKOPJE = ZoneInfo("Europe/Skopje")


async def gig_events(world: World) -> list[str]:
    found = await rows(world, select(outbox.c.type).where(outbox.c.subject_type == "gig").order_by(outbox.c.written))
    return [row[0] for row in found]


async def test_a_cancelled_gig_declines_proposals_and_revokes_invitations(world: World) -> None:
    client, freelancer, other, invited = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Other"),
        await world.freelancer_side("Invited"),
    )
    gig = await make_open_gig(world, client)
    proposal, draft = await make_submitted_proposal(freelancer, gig), await make_proposal(other, gig)
    invitation = await make_invitation(client, invited, gig)
    cancelled = await client.do("cancelGig", "gig { status closeReason }", gigId=gig, reason=" No budget. ")
    assert cancelled["gig"] == {"status": "CANCELLED", "closeReason": "No budget."}
    declined = "query($id: ID!) { proposal(id: $id) { status declineReason gig { status closeReason } } }"
    assert (await freelancer.ask(declined, id=proposal))["proposal"] == {
        "status": "DECLINED",
        "declineReason": "GIG_CANCELLED",
        "gig": {"status": "CANCELLED", "closeReason": "No budget."},
    }
    assert await status_of(other, "proposal", draft) == "EXPIRED"
    assert await status_of(invited, "gigInvitation", invitation) == "REVOKED"
    assert await gig_events(world) == ["gig.published", "gig.cancelled"]
    refusal = await client.refused("closeGig", gigId=gig)
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "CANCELLED")


async def test_a_draft_is_cancelled_without_ado(world: World) -> None:
    client = await world.client_side()
    gig = (await client.do("createGig", "gig { id }", title="Logo", currency="EUR"))["gig"]["id"]
    assert (await client.do("cancelGig", "gig { status }", gigId=gig))["gig"] == {"status": "CANCELLED"}


async def test_a_gig_with_a_seat_taken_is_closed_not_cancelled(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client, seats=2)
    early = await client.refused("closeGig", gigId=gig)
    assert (early["code"], early["from"]) == ("WRONG_STATE", "OPEN")
    made = await accept_proposal(client, await make_submitted_proposal(freelancer, gig))
    waiting = await make_submitted_proposal(rival, gig)
    late = await client.refused("cancelGig", gigId=gig)
    assert (late["code"], late["from"]) == ("WRONG_STATE", "OPEN")
    assert await status_of(rival, "proposal", waiting) == "SUBMITTED"
    assert (await client.do("closeGig", "gig { status }", gigId=gig))["gig"] == {"status": "CLOSED"}
    assert await status_of(rival, "proposal", waiting) == "DECLINED"
    assert await status_of(freelancer, "project", made["project"]["id"]) == "PENDING_ACTIVATION"


async def test_only_its_client_ends_a_gig_and_only_staff_take_it_down(world: World) -> None:
    client, freelancer, stranger = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.client_side("Stranger"),
    )
    viewer = await colleague(world, client, Role.VIEWER)
    trust = await world.staff(StaffRole.TRUST)
    gig = await make_open_gig(world, client)
    proposal = await make_submitted_proposal(freelancer, gig)
    for mutation in ("closeGig", "cancelGig"):
        for person in (viewer, freelancer, stranger, trust):
            assert (await person.refused(mutation, gigId=gig))["code"] == "FORBIDDEN"
    for person in (client, viewer, freelancer):
        assert (await person.refused("takeDownGig", gigId=gig, reason="Spam"))["code"] == "FORBIDDEN"
    nothing = await trust.refused("takeDownGig", gigId=gig, reason=" ")
    assert (nothing["code"], nothing["path"]) == ("INVALID", ["reason"])
    assert await status_of(client, "gig", gig) == "OPEN"
    down = await trust.do("takeDownGig", "gig { status closeReason }", gigId=gig, reason="Spam")
    assert down["gig"] == {"status": "CANCELLED", "closeReason": "Spam"}
    assert await status_of(freelancer, "proposal", proposal) == "DECLINED"


async def test_a_gig_expires_on_the_day_after_its_last_where_it_is(world: World) -> None:
    client, freelancer, invited = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Invited"),
    )
    last_day = (world.clock.now().astimezone(SKOPJE) + timedelta(days=3)).date()
    gig = await make_open_gig(world, client, expiresOn=last_day.isoformat())
    paused = await make_open_gig(world, client, expiresOn=last_day.isoformat())
    await client.do("pauseGig", "gig { id }", gigId=paused)
    proposal = await make_submitted_proposal(freelancer, gig)
    invitation = await make_invitation(client, invited, gig)
    midnight = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), tzinfo=SKOPJE)
    world.clock.advance(midnight - world.clock.now() - timedelta(minutes=1))
    await world.settle()
    assert await status_of(client, "gig", gig) == "OPEN"
    world.clock.advance(timedelta(minutes=1))
    await world.settle()
    assert await status_of(client, "gig", gig) == "EXPIRED"
    assert await status_of(client, "gig", paused) == "EXPIRED"
    expired = "query($id: ID!) { proposal(id: $id) { status declineReason } }"
    assert (await freelancer.ask(expired, id=proposal))["proposal"] == {"status": "EXPIRED", "declineReason": None}
    assert await status_of(invited, "gigInvitation", invitation) == "REVOKED"


async def test_fewer_seats_than_before_fill_a_gig_when_all_of_them_are_taken(world: World) -> None:
    client, freelancer, rival = (
        await world.client_side(),
        await world.freelancer_side(),
        await world.freelancer_side("Rival"),
    )
    gig = await make_open_gig(world, client, seats=3)
    await accept_proposal(client, await make_submitted_proposal(freelancer, gig))
    waiting = await make_submitted_proposal(rival, gig)
    changed = await client.do("updateGig", "gig { status acceptedSeats }", gigId=gig, seats=1)
    assert changed["gig"] == {"status": "FILLED", "acceptedSeats": 1}
    assert await status_of(rival, "proposal", waiting) == "DECLINED"
    full = await client.refused("updateGig", gigId=gig, seats=2)
    assert (full["code"], full["from"]) == ("WRONG_STATE", "FILLED")


async def test_a_gig_closes_when_all_of_its_work_is_done(world: World) -> None:
    made = await make_submitted_project(world, tasks=(1, 1))
    gig = f"gig_{made.gig_id.hex}"
    await approve(made, made.task)
    await world.settle()
    assert await status_of(made.client, "gig", gig) == "FILLED"
    await submit(made, made.tasks[1][0])
    await approve(made, made.tasks[1][0])
    await world.settle()
    assert await status_of(made.client, "project", made.id) == "COMPLETED"
    assert await status_of(made.client, "gig", gig) == "CLOSED"


async def test_a_published_gig_is_edited_within_its_rules(world: World) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client)
    quoted = TERMS | {"milestones": [{"title": "All", "amount": eur(100)}]}
    for change, path in (
        ({"currency": "USD"}, ["currency"]),
        ({"terms": quoted}, ["terms", "milestones"]),
        ({"budgetMax": None}, ["budgetMax"]),
        ({"expiresOn": "2020-01-01"}, ["expiresOn"]),
        ({"startOn": "3000-01-01"}, ["startOn"]),
    ):
        refusal = await client.refused("updateGig", gigId=gig, **change)
        assert (refusal["code"], refusal["path"]) == ("INVALID", path)
    changed = await client.do("updateGig", "gig { termsVersion version }", gigId=gig, terms=quoted, budgetMax=eur(100))
    assert changed["gig"] == {"termsVersion": 2, "version": 3}


async def test_a_draft_changes_its_currency_only_with_all_of_its_amounts(world: World) -> None:
    client = await world.client_side()
    quoted = TERMS | {"milestones": [{"title": "All", "amount": eur(100)}]}
    gig = (await client.do("createGig", "gig { id }", title="Logo", currency="EUR", terms=quoted))["gig"]["id"]
    refusal = await client.refused("updateGig", gigId=gig, currency="USD")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["terms", "milestones", "0", "amount", "currency"])
    await client.do("updateGig", "gig { id }", gigId=gig, currency="USD", terms=TERMS)
