"""Permission decisions as clients see them."""

from typing import Annotated

import strawberry
from strawberry.scalars import ID

from domain import permission_decisions as domain
from domain.permission_decisions import DecisionReason
from domain.refusals import invalid
from resolvers import permission_decisions as resolve
from resolvers.context import Context
from schema.enums import describe
from schema.guarded import asks
from schema.ids import read_any_id, read_id
from schema.shapes import plain, shows

describe(
    DecisionReason,
    "What decides about a permission. An explicit DENY counts before an explicit ALLOW, and that before the role.",
    ALLOWED="They may.",
    NO_MEMBERSHIP="They are no active member, or no key, of the organization.",
    ROLE_LACKS_PERMISSION="Neither their role nor an override gives it.",
    EXPLICIT_DENY="An override denies it.",
    KEY_LACKS_SCOPE="The API key was not given it, or works no more.",
    APP_NOT_ACTIVE="The app that calls with the key is not active.",
    ORGANIZATION_SUSPENDED="The organization may do no more than read and, unless it is closed, pay what it owes.",
    TWO_FACTOR_REQUIRED="The organization requires a second factor, and they have none.",
    EMAIL_NOT_VERIFIED="They have not verified their address.",
    USER_NOT_ACTIVE="Their account is suspended or closed.",
)
_SUBJECTS = ("User", "Membership", "ApiKey")


@shows(domain.PermissionDecision, "Whether somebody may do something, and what decides it.")
class PermissionDecision:
    allowed: bool = plain("Whether they may.")
    reason: DecisionReason = plain("What decides it.")
    rule: str = plain("The rule in words.")


_Subject = Annotated[
    ID, strawberry.argument(description="A person, by the id of a User or of a Membership, or an ApiKey.")
]
_Permission = Annotated[str, strawberry.argument(description="The permission, such as work:write.")]
_Organization = Annotated[
    ID | None, strawberry.argument(description="The organization; your active one unless said. Staff name any.")
]


@strawberry.type
class PermissionDecisionQueries:
    @asks(
        resolve.ASKERS,
        "Whether a person or a key would be allowed something in an organization, by the rules that every request goes"
        " through. Null for an organization that is not yours. Needs members:manage; staff:read asks about all.",
        graphql_type=PermissionDecision | None,
    )
    async def simulate_permission(
        self,
        info: strawberry.Info[Context, None],
        subject_id: _Subject,
        permission: _Permission,
        organization_id: _Organization = None,
    ) -> domain.PermissionDecision | None:
        type_name, id_ = read_any_id(subject_id, "subjectId")
        if type_name not in _SUBJECTS:
            raise invalid("Give the id of a User, of a Membership or of an ApiKey.", "subjectId")
        asked = None if organization_id is None else read_id(organization_id, "Organization", "organizationId")
        return await resolve.simulate(info.context, type_name, id_, permission, asked)
