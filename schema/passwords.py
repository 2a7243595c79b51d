"""Setting another password."""

import strawberry

from resolvers import passwords as resolve
from resolvers.guards import Needs
from schema.inputs import value
from schema.mutations import mutation
from schema.scalars import Email

_NEW = "12 to 128 characters of any kind, not one known from breaches."


@strawberry.type
class PasswordMutations:
    request_password_reset = mutation(
        resolve.request_password_reset,
        "Mails a token for resetPassword. The answer is the same for an address that nobody has. RATE_LIMITED after 5"
        " requests for the address or 20 from your network address in 15 minutes.",
        needs=Needs.ANYONE,
        takes={"email": value(Email, "The address of the account.")},
        gives={"accepted": (bool, "Always true: read your mail.")},
        prepare=resolve.prepare_request,
    )
    reset_password = mutation(
        resolve.reset_password,
        "Sets another password. All sessions end, and whatever was mailed before is void; sign in with the new one."
        " INVALID for a token that is unknown, older than 30 minutes, replaced by a newer one or used.",
        needs=Needs.ANYONE,
        takes={
            "token": value(str, "The token from the mail; it works once."),
            "new_password": value(str, _NEW),
        },
        gives={"accepted": (bool, "Always true: the password is set.")},
        prepare=resolve.prepare_password,
    )
    change_password = mutation(
        resolve.change_password,
        "Sets another password. All your other sessions end.",
        needs=Needs.PERSON,
        takes={"new_password": value(str, _NEW)},
        gives={"revoked_count": (int, "How many sessions have ended.")},
        prepare=resolve.prepare_password,
        secret=True,
        sensitive=True,
    )
