"""Who may do what: the role matrix. Whatever is not listed here is denied."""

from enum import Enum


class Permission(Enum):
    """A right inside one organization, or (staff:…) on the platform."""

    ORG_READ = "org:read"
    ORG_MANAGE = "org:manage"
    ORG_CLOSE = "org:close"
    MEMBERS_READ = "members:read"
    MEMBERS_MANAGE = "members:manage"
    WORK_READ = "work:read"
    WORK_WRITE = "work:write"
    WORK_APPROVE = "work:approve"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    MONEY_READ = "money:read"
    MONEY_MOVE = "money:move"
    MONEY_APPROVE = "money:approve"
    STAFF_READ = "staff:read"
    STAFF_MONEY = "staff:money"
    STAFF_MODERATION = "staff:moderation"
    STAFF_DISPUTES = "staff:disputes"
    STAFF_OPS = "staff:ops"


class Role(Enum):
    """What a member is in an organization."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    FINANCE = "FINANCE"
    MEMBER = "MEMBER"
    VIEWER = "VIEWER"


class StaffRole(Enum):
    """What a member of the PLATFORM organization is."""

    SUPPORT = "SUPPORT"
    FINANCE = "FINANCE"
    TRUST = "TRUST"
    ADMIN = "ADMIN"


_P = Permission
_READ_ALL = {_P.ORG_READ, _P.MEMBERS_READ, _P.WORK_READ, _P.INVOICES_READ}
_WORK = {_P.WORK_WRITE, _P.WORK_APPROVE}
_MONEY = {_P.INVOICES_WRITE, _P.MONEY_READ, _P.MONEY_MOVE, _P.MONEY_APPROVE}
_ADMIN = _READ_ALL | _WORK | _MONEY | {_P.ORG_MANAGE, _P.MEMBERS_MANAGE}

BY_ROLE: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(_ADMIN | {_P.ORG_CLOSE}),
    Role.ADMIN: frozenset(_ADMIN),
    Role.FINANCE: frozenset(_READ_ALL | _MONEY),
    Role.MEMBER: frozenset(_READ_ALL | _WORK),
    Role.VIEWER: frozenset(_READ_ALL),
}

BY_STAFF_ROLE: dict[StaffRole, frozenset[Permission]] = {
    StaffRole.SUPPORT: frozenset({_P.STAFF_READ}),
    StaffRole.FINANCE: frozenset({_P.STAFF_READ, _P.STAFF_MONEY}),
    StaffRole.TRUST: frozenset({_P.STAFF_READ, _P.STAFF_MODERATION, _P.STAFF_DISPUTES}),
    StaffRole.ADMIN: frozenset({_P.STAFF_READ, _P.STAFF_MONEY, _P.STAFF_MODERATION, _P.STAFF_DISPUTES, _P.STAFF_OPS}),
}
