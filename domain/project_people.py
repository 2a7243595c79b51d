"""The people of a project: the freelancer's team and the client's contact."""

from collections.abc import Sequence

from domain.actors import Actor
from domain.checks import Checks
from domain.memberships import Membership, MembershipStatus
from domain.projects import Project
from domain.refusals import invalid

MAX_TEAM = 50


def name_team(project: Project, members: Sequence[Membership], *, by: Actor) -> None:
    """All who may work on what nobody is assigned to; each counts once."""
    project.check("setProjectTeam", by=by)
    checks = Checks()
    checks.count("membershipIds", members, most=MAX_TEAM)
    checks.refuse()
    for position, member in enumerate(members):
        require_member(member, project.freelancer_organization_id, "membershipIds", str(position))
    project.team = list(dict.fromkeys(member.id for member in members))


def name_contact(project: Project, member: Membership, *, by: Actor) -> None:
    """Whom the freelancer can ask."""
    project.check("setClientContact", by=by)
    require_member(member, project.client_organization_id, "membershipId")
    project.client_contact_id = member.id


def require_member(member: Membership, organization_id: object, *path: str) -> None:
    """Refuses a membership that has ended or belongs to another organization."""
    if member.organization_id != organization_id or member.status is not MembershipStatus.ACTIVE:
        raise invalid("Name somebody who is a member now.", *path)
