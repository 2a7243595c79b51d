"""The billing portal as clients ask for it."""

from datetime import datetime

import strawberry

from domain.permissions import Permission
from resolvers import portal_sessions as resolve
from schema.inputs import value
from schema.mutations import mutation


@strawberry.type
class PortalSessionMutations:
    create_portal_session = mutation(
        resolve.create_portal_session,
        "A link to a page that shows what your organization is billed for: subscriptions, payment methods and invoices."
        " It can be opened once, within five minutes, by whoever has it. NOT_FOUND unless a subscription is TRIALING, "
        "ACTIVE, PAST_DUE, UNPAID or PAUSED; INVALID for a page of somebody else's.",
        needs=Permission.BILLING_MANAGE,
        takes={"return_url": value(str, "Where the page leads back to: an origin of this platform's.")},
        gives={"url": (str, "The link."), "expires_at": (datetime, "Until when it can be opened.")},
        secret=True,
        prepare=resolve.check_return,
    )
