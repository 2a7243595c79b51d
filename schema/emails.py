"""Moving an account to another address."""

import strawberry

from resolvers import emails as resolve
from resolvers import sessions
from resolvers.guards import Needs
from schema.inputs import value
from schema.mutations import mutation
from schema.scalars import Email


@strawberry.type
class EmailMutations:
    change_email = mutation(
        resolve.change_email,
        "Mails a token for confirmEmail to the new address; until then the old one stays yours. The answer is the same"
        " for an address that somebody else has. RATE_LIMITED within 60 seconds of the last mail and after 5 in 24"
        " hours.",
        needs=Needs.PERSON,
        takes={"new_email": value(Email, "The new address, in ASCII.")},
        gives={"accepted": (bool, "Always true: read your mail at the new address.")},
        prepare=sessions.prepare_visit,
        sensitive=True,
    )
    confirm_email = mutation(
        resolve.confirm_email,
        "Moves the account to the address that the token was mailed to; the old address is told. INVALID for a token"
        " that is unknown, older than 24 hours, replaced by a newer one or used, and for an address that another"
        " account has by now.",
        needs=Needs.ANYONE,
        takes={"token": value(str, "The token from the mail; it works once.")},
        gives={"accepted": (bool, "Always true: sign in with the new address from now on.")},
        prepare=sessions.prepare_visit,
    )
