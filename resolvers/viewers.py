"""The viewer: who the caller is, for whom they act, and where else they belong."""

from persistence.invitations import TO_PERSON
from persistence.memberships import MEMBERSHIPS, OF_PERSON
from persistence.organizations import ORGANIZATIONS
from persistence.sessions import SESSIONS
from persistence.users import USERS
from planner.edges import One

USER, IMPERSONATED_BY = One(USERS, "user_id"), One(USERS, "impersonator_id")
SESSION = One(SESSIONS, "session_id")
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
MEMBERSHIP = One(MEMBERSHIPS, "membership_id")
ALL_MEMBERSHIPS, PENDING_INVITATIONS = OF_PERSON, TO_PERSON
