"""Milepost's own limits: which verb needs which feature of the plan, as data, and the refusals that follow from it."""

from collections.abc import Mapping

from domain.refusals import Refused, invalid

LIMITED: Mapping[str, str] = {
    "publishGig": "gigs.open",
    "resumeGig": "gigs.open",
    "submitProposal": "proposals.monthly",
    "acceptProposal": "projects.active",
    "acceptOffer": "projects.active",
    "acceptGigInvitation": "projects.active",
    "createInvoice": "invoices.monthly",
    "duplicateInvoice": "invoices.monthly",
    "inviteMember": "members",
    "installApp": "apps",
    "createWebhookEndpoint": "webhooks",
    "enableWebhookEndpoint": "webhooks",
}
"""By the name of a mutation: the code of the feature that it needs, or needs room in. Whatever the system does by
itself is not limited."""


def no_room_elsewhere(refused: Refused) -> Refused:
    """The same refusal where it is about the other side: that it has no room, and nothing about what it has."""
    message = "The plan of the other organization has no room for this now: it needs a higher one, or to end something."
    return Refused(refused.code, message)


def counts_what_is_there(code: str) -> Refused:
    """The refusal to consume what is counted from what there is."""
    return invalid(f"{code} counts what there is at any moment: nothing of it is consumed.", "featureCode")
