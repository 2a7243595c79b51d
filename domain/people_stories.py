"""What is told of people: who waits for whose consent, who belongs to an organization, and what concerns security."""

from domain.api_keys import ApiKey
from domain.approval_requests import ApprovalRequest, ApprovalStatus
from domain.impersonations import Impersonation
from domain.invitations import Invitation
from domain.memberships import Membership
from domain.notification_stories import Doer, Members, Person, Stories, Story
from domain.notifications import NotificationCategory
from domain.permission_overrides import PermissionOverride
from domain.permissions import Permission
from domain.sessions import Session
from domain.two_factors import TwoFactor
from domain.users import User
from domain.webhook_endpoints import DisabledBy, WebhookEndpoint

_C = NotificationCategory
_MANAGERS = Members("organization_id", Permission.MEMBERS_MANAGE)
_KEYS = Members("organization_id", Permission.KEYS_MANAGE)
_MAILED = "If you do not know of it, do what the mail about it says."


def _team(title: str, text: str) -> tuple[Story, ...]:
    return (Story(category=_C.TEAM, to=_MANAGERS, title=title, text=text),)


def _notice(
    to: Members | Person | Doer, title: str, text: str = _MAILED, *, has_letter: bool = True
) -> tuple[Story, ...]:
    return (Story(category=_C.SECURITY, to=to, title=title, text=text, has_letter=has_letter),)


def _asked(to: Members) -> Story:
    return Story(
        category=_C.APPROVALS,
        to=to,
        title="Your consent is asked for",
        text="A second person has to decide until {expires_at}: {kind}.",
        while_true=lambda approval: approval.status is ApprovalStatus.PENDING,
    )


PEOPLE_STORIES: Stories = {
    ApprovalRequest: {
        "approval.requested": (
            _asked(Members("organization_id", lambda approval: approval.required_permission)),
            _asked(Members("staff_organization_id", lambda approval: approval.rule.staff)),
        ),
        "approval.decided": (
            Story(
                category=_C.APPROVALS,
                to=Person("requested_by_id", "requested_for_id"),
                title="What you asked consent for is decided",
                text="{kind} is {status}.",
            ),
        ),
    },
    Invitation: {
        "member.invited": _team("Somebody is invited to {owner}", "{email} is invited to join {owner} as {role}."),
    },
    Membership: {
        "member.joined": _team("{person} has joined {owner}", "{person} is a member of {owner} now."),
        "member.role_changed": _notice(
            Person("user_id", "organization_id"), "Your role in {owner} has changed", "You are {to} in {owner} now."
        ),
        "member.removed": _notice(
            Person("user_id"),
            "You are no longer a member of {owner}",
            "Your membership of {owner} has ended.",
            has_letter=False,
        ),
    },
    PermissionOverride: {
        "member.override_set": _notice(
            Person("user_id", "organization_id"), "Your permissions in {owner} have changed"
        ),
    },
    User: {"password.changed": _notice(Doer(), "Your password has changed")},
    TwoFactor: {
        "two_factor.enabled": _notice(Doer(), "Your second factor is on"),
        "two_factor.disabled": _notice(Doer(), "Your second factor is off"),
        "two_factor.codes_replaced": _notice(Doer(), "You have new recovery codes"),
    },
    Session: {"session.reuse_detected": _notice(Person("user_id"), "A session of yours has ended")},
    ApiKey: {
        "api_key.created": _notice(_KEYS, "There is a new API key of {owner}", "Its name is {name}."),
        "api_key.rotated": _notice(_KEYS, "An API key of {owner} was replaced", "Its name is {name}."),
        "api_key.revoked": _notice(_KEYS, "An API key of {owner} was revoked", "Its name is {name}."),
    },
    WebhookEndpoint: {
        "webhook_endpoint.disabled": (
            Story(
                category=_C.TEAM,
                to=Members("organization_id", Permission.WEBHOOKS_MANAGE),
                title="A webhook endpoint of {owner} was disabled",
                text="{because} The mail about it says what to do.",
                has_letter=True,
                while_true=lambda endpoint: endpoint.disabled_by is DisabledBy.AUTO,
            ),
        ),
    },
    Impersonation: {
        "impersonation.ended": _notice(Person("target_user_id"), "Milepost's staff acted as you"),
    },
}
