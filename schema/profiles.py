"""One's own account: what others see of it, and leaving."""

import strawberry

from resolvers import profiles as resolve
from resolvers.guards import Needs
from resolvers.sessions import prepare_visit
from schema.inputs import patch, value
from schema.mutations import mutation
from schema.scalars import Email, Locale, TimeZone
from schema.users import User

_USER = {"user": (User, "You, as you are now.")}


@strawberry.type
class ProfileMutations:
    update_profile = mutation(
        resolve.update_profile,
        "Changes what others see of you. INVALID names every wrong field.",
        needs=Needs.PERSON,
        takes={
            "display_name": patch(str, "The name others see, 1 to 120 characters."),
            "locale": patch(Locale, "The language you read, such as en, de-AT or sr-Latn-RS; null: en.", "en"),
            "time_zone": patch(TimeZone, "The zone you live in; null: UTC.", "UTC"),
        },
        gives=_USER,
        versioned=True,
    )
    deactivate_account = mutation(
        resolve.deactivate_account,
        "Closes your account, for good: your memberships and all your sessions end. WRONG_STATE while you are the only"
        " owner of an organization that is not closed (see transferOwnership and closeOrganization), and for staff.",
        needs=Needs.PERSON,
        takes={"email": value(Email, "Your address, so that nobody leaves by mistake: INVALID unless it is yours.")},
        gives=_USER,
        prepare=prepare_visit,
        sensitive=True,
    )
