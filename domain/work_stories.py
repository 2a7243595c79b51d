"""What is told of work: proposals and hires, milestones, and the end of projects."""

from domain.gig_invitations import GigInvitation
from domain.milestones import Milestone
from domain.notification_stories import Members, Stories, Story
from domain.notifications import NotificationCategory
from domain.permissions import Permission
from domain.projects import Project
from domain.proposals import Proposal

_WORK = NotificationCategory.WORK
_CLIENT = Members("client_organization_id", Permission.WORK_APPROVE)
_FREELANCER = Members("freelancer_organization_id", Permission.WORK_WRITE)


def _to_client(title: str, text: str) -> Story:
    return Story(category=_WORK, to=_CLIENT, title=title, text=text)


def _to_freelancer(title: str, text: str) -> Story:
    return Story(category=_WORK, to=_FREELANCER, title=title, text=text)


WORK_STORIES: Stories = {
    GigInvitation: {
        "gig_invitation.sent": (
            _to_freelancer("You are invited to {gig}", "{client} invites you to {gig}, until {expires_at}."),
        ),
        "gig_invitation.declined": (
            _to_client("Your invitation to {gig} was declined", "{freelancer} will not propose for {gig}."),
        ),
    },
    Proposal: {
        "proposal.submitted": (_to_client("A proposal for {gig}", "{freelancer} proposes to do {gig} for {amount}."),),
        "proposal.withdrawn": (
            _to_client("A proposal for {gig} was withdrawn", "{freelancer} no longer proposes to do {gig}."),
        ),
        "proposal.offered": (
            _to_freelancer("You have an offer for {gig}", "{client} offers you {gig} for {offered_amount}."),
        ),
        "proposal.declined": (
            _to_freelancer("Your proposal for {gig} was declined", "{client} has declined your proposal for {gig}."),
        ),
        "proposal.accepted": (
            _to_freelancer("You are hired for {gig}", "{client} and you have agreed on {gig}. The project is there."),
            _to_client("{freelancer} does {gig}", "{freelancer} and you have agreed on {gig}. The project is there."),
        ),
    },
    Milestone: {
        "milestone.submitted": (
            _to_client("{title} is submitted", "{freelancer} has submitted {title} of {project}: approve it."),
        ),
        "milestone.changes_requested": (
            _to_freelancer("Changes are asked for in {title}", "{client} asks for changes in {title} of {project}."),
        ),
        "milestone.approved": (_to_freelancer("{title} is approved", "{title} of {project} is approved."),),
        "milestone.cancelled": (_to_freelancer("{title} is cancelled", "{title} of {project} is cancelled."),),
    },
    Project: {
        "project.activated": (
            _to_freelancer("{title} has begun", "You can start with the tasks of {title} ({reference})."),
        ),
        "project.paused": (
            _to_freelancer("{title} is on hold", "The project {title} ({reference}) is on hold."),
            _to_client("{title} is on hold", "The project {title} ({reference}) is on hold."),
        ),
        "project.pause_requested": (
            _to_client("A pause of {title} is asked for", "{freelancer} asks you to put {title} on hold."),
        ),
        "project.completed": (
            _to_freelancer("{title} is done", "All of {title} ({reference}) is approved."),
            _to_client("{title} is done", "All of {title} ({reference}) is approved."),
        ),
        "project.cancelled": (
            _to_freelancer("{title} is cancelled", "The project {title} ({reference}) was cancelled."),
            _to_client("{title} is cancelled", "The project {title} ({reference}) was cancelled."),
        ),
    },
}
