"""Memberships as clients see and change them, and the founding of an organization, which makes one."""

from datetime import datetime

import strawberry

from domain import memberships as domain
from domain.memberships import MembershipStatus
from domain.organizations import OrganizationKind
from domain.permission_overrides import OverrideEffect
from domain.permissions import Permission, Role, StaffRole
from resolvers import memberships as resolve
from resolvers import organizations, permission_overrides
from resolvers.guards import Needs
from schema.connections import connection, many, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.permission_overrides import PermissionOverride
from schema.scalars import CountryCode, TimeZone
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    Role,
    "What a member is in an organization. Each may do less than the one before, but FINANCE and MEMBER differ.",
    OWNER="Everything, also making owners. At least one stays.",
    ADMIN="Everything but touching or making owners.",
    FINANCE="Reads everything, writes invoices and moves money.",
    MEMBER="Reads work and invoices, writes and approves work.",
    VIEWER="Reads work and invoices.",
)
describe(
    StaffRole,
    "What a member of the PLATFORM organization is.",
    SUPPORT="Helps customers.",
    FINANCE="Looks after money.",
    TRUST="Looks after disputes and conduct.",
    ADMIN="All of it.",
)
describe(
    MembershipStatus,
    "Whether a person still belongs to an organization.",
    ACTIVE="They do.",
    REMOVED="No more.",
)


@shows(domain.Membership, "A person's role in an organization. A person may belong to several.")
class Membership(Stateful):
    status: MembershipStatus = plain("Whether they still belong to it.")
    user: User = one(resolve.USER, User, "The person.", required=True)
    organization: Organization = one(resolve.ORGANIZATION, Organization, "The organization.", required=True)
    role: Role | None = plain("What they may do; null for staff of the platform.")
    staff_role: StaffRole | None = plain("PLATFORM only: what they may do.")
    overrides: list[PermissionOverride] = many(
        permission_overrides.OF_MEMBERSHIP,
        PermissionOverride,
        "What they may, or may not, besides their role; lapsed ones too, until they are lifted.",
    )


@strawberry.input(description="Conditions on members; all given ones must hold.")
class MembershipFilter:
    role: list[Role] | None = optional(list[Role], "In one of these roles.")
    status: list[MembershipStatus] | None = optional(list[MembershipStatus], "In one of these states.")


MembershipOrder = order_input(resolve.LIST, "MembershipOrder")

_MEMBERSHIP = {"membership": (Membership, "The membership as it is now.")}
_MEMBER = {"membership_id": an_id("Membership", "The member.")}


@strawberry.type
class MembershipQueries:
    members = connection(
        resolve.LIST,
        Membership,
        "Members of your active organization, past ones too, in the order they joined.",
        filter=MembershipFilter,
        order=MembershipOrder,
        needs=Permission.MEMBERS_READ,
    )


@strawberry.type
class MembershipMutations:
    create_organization = mutation(
        organizations.create_organization,
        "Founds another organization with you as its owner. It is not switched to. INVALID names every wrong field.",
        needs=Needs.PERSON,
        takes={
            "kind": value(OrganizationKind, "CLIENT, FREELANCER or AGENCY."),
            "name": value(str, "The name others see, 1 to 120 characters."),
            "time_zone": optional(TimeZone, "The zone its dates are in; UTC unless said.", "UTC"),
            "country": optional(CountryCode, "Where it is registered."),
        },
        gives={"organization": (Organization, "The new organization."), "membership": (Membership, "Yours in it.")},
    )
    change_role = mutation(
        resolve.change_role,
        "Gives a member of your active organization another role. FORBIDDEN for admins where an owner is touched or"
        " made, for roles of which you may not do all yourself, and to a key for whoever was shown it; WRONG_STATE for"
        " the last owner.",
        needs=Permission.MEMBERS_MANAGE,
        takes=_MEMBER | {"role": value(Role, "The new role.")},
        gives=_MEMBERSHIP,
        versioned=True,
    )
    remove_member = mutation(
        resolve.remove_member,
        "Ends a membership of your active organization; it holds from the person's next request on. FORBIDDEN for"
        " admins where it is an owner's; WRONG_STATE for the last owner. Their unanswered invitations are revoked.",
        needs=Permission.MEMBERS_MANAGE,
        takes=_MEMBER,
        gives=_MEMBERSHIP,
    )
    set_permission_override = mutation(
        permission_overrides.set_permission_override,
        "Gives a member of your active organization a permission that their role lacks, or takes one from them, from"
        " their next request on. There is one override for each permission: it replaces an earlier one. DENY counts"
        " before ALLOW, ALLOW before the role. FORBIDDEN for your own membership, to a key for that of whoever"
        " was shown it, for admins where it is an owner's, and to allow what you may not do yourself;"
        " INVALID for org:close and staff permissions; NOT_FOUND when there"
        " is nothing to lift.",
        needs=Permission.MEMBERS_MANAGE,
        takes=_MEMBER
        | {
            "permission": value(str, "The permission, such as work:write."),
            "effect": optional(OverrideEffect, "What it does; left out or null: lifts the override that there is."),
            "reason": optional(str, "Why, 1 to 1000 characters; only lifting needs none."),
            "expires_at": optional(datetime, "When it lapses by itself, a future instant of real time; else never."),
        },
        gives=_MEMBERSHIP | {"override": (PermissionOverride | None, "The override as it is now; null once lifted.")},
        prepare=permission_overrides.prepare_override,
    )
    transfer_ownership = mutation(
        resolve.transfer_ownership,
        "Makes another member an owner and you an admin. Only owners may. WRONG_STATE for one who is an owner already.",
        needs=Permission.ORG_CLOSE,
        takes=_MEMBER,
        gives=_MEMBERSHIP | {"former": (Membership, "Your own membership as it is now.")},
    )
