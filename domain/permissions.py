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
    BILLING_READ = "billing:read"
    BILLING_MANAGE = "billing:manage"
    CREDITS_READ = "credits:read"
    CREDITS_PURCHASE = "credits:purchase"
    CREDITS_MANAGE = "credits:manage"
    CREDITS_SPEND = "credits:spend"
    ENTITLEMENTS_READ = "entitlements:read"
    USAGE_WRITE = "usage:write"
    FILES_WRITE = "files:write"
    KEYS_MANAGE = "keys:manage"
    WEBHOOKS_MANAGE = "webhooks:manage"
    APPS_INSTALL = "apps:install"
    APPS_DEVELOP = "apps:develop"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    STAFF_READ = "staff:read"
    STAFF_MONEY = "staff:money"
    STAFF_GRANTS = "staff:grants"
    STAFF_CREDITS = "staff:credits"
    STAFF_CATALOGUE = "staff:catalogue"
    STAFF_MODERATION = "staff:moderation"
    STAFF_DISPUTES = "staff:disputes"
    STAFF_IMPERSONATE = "staff:impersonate"
    STAFF_APPS = "staff:apps"
    STAFF_AUDIT = "staff:audit"
    STAFF_OPS = "staff:ops"
    STAFF_MEMBERS = "staff:members"


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
_READ_BILLING = {_P.BILLING_READ, _P.CREDITS_READ, _P.ENTITLEMENTS_READ}
_READ_ALL = {_P.ORG_READ, _P.MEMBERS_READ, _P.WORK_READ, _P.INVOICES_READ} | _READ_BILLING
_WORK = {_P.WORK_WRITE, _P.WORK_APPROVE}
_MONEY = {_P.INVOICES_WRITE, _P.MONEY_READ, _P.MONEY_MOVE, _P.MONEY_APPROVE}
_BILLING = {_P.BILLING_MANAGE, _P.CREDITS_PURCHASE, _P.CREDITS_MANAGE}
_SPEND = {_P.CREDITS_SPEND}
_EVERYDAY = {_P.FILES_WRITE}
_AUDIT = {_P.AUDIT_READ, _P.AUDIT_EXPORT}
_DEVELOP = {_P.APPS_INSTALL, _P.APPS_DEVELOP, _P.USAGE_WRITE}
_SET_UP = {_P.ORG_MANAGE, _P.MEMBERS_MANAGE, _P.KEYS_MANAGE, _P.WEBHOOKS_MANAGE} | _DEVELOP
_ADMIN = _READ_ALL | _WORK | _MONEY | _BILLING | _SPEND | _EVERYDAY | _AUDIT | _SET_UP

BY_ROLE: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(_ADMIN | {_P.ORG_CLOSE}),
    Role.ADMIN: frozenset(_ADMIN),
    Role.FINANCE: frozenset(_READ_ALL | _MONEY | _BILLING | _SPEND | _EVERYDAY | _AUDIT),
    Role.MEMBER: frozenset(_READ_ALL | _WORK | _SPEND | _EVERYDAY),
    Role.VIEWER: frozenset(_READ_ALL),
}

_SALES = {_P.STAFF_GRANTS, _P.STAFF_CREDITS, _P.STAFF_CATALOGUE}
_FINANCE = {_P.STAFF_READ, _P.STAFF_MONEY, _P.STAFF_AUDIT} | _SALES
_TRUST = {_P.STAFF_READ, _P.STAFF_MODERATION, _P.STAFF_DISPUTES, _P.STAFF_APPS, _P.STAFF_AUDIT}
_SUPPORT = {_P.STAFF_READ, _P.STAFF_IMPERSONATE, _P.STAFF_GRANTS}

BY_STAFF_ROLE: dict[StaffRole, frozenset[Permission]] = {
    StaffRole.SUPPORT: frozenset(_SUPPORT),
    StaffRole.FINANCE: frozenset(_FINANCE),
    StaffRole.TRUST: frozenset(_TRUST),
    StaffRole.ADMIN: frozenset(_SUPPORT | _FINANCE | _TRUST | {_P.STAFF_OPS, _P.STAFF_MEMBERS}),
}
