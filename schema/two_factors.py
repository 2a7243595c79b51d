"""The second factor."""

import strawberry

from resolvers import sessions
from resolvers import two_factors as resolve
from resolvers.guards import Needs
from schema.inputs import optional, value
from schema.mutations import mutation
from schema.viewers import Viewer

_CODES = (
    list[str],
    "Eight codes that each take the place of one code of the app. They are shown here and never again.",
)
_OTHERS = {"revoke_other_sessions": optional(bool, "End all your other sessions as well; false unless said.", False)}
_VIEWER = (Viewer, "Who you are now.")


@strawberry.type
class TwoFactorMutations:
    begin_two_factor = mutation(
        resolve.begin_two_factor,
        "Makes a secret for your authenticator app. Nothing changes before confirmTwoFactor; calling this again makes"
        " another secret. WRONG_STATE when you have a second factor already.",
        needs=Needs.PERSON,
        takes={"account_name": optional(str, "What the app shall call the account; your address unless said.")},
        gives={
            "secret": (str, "For typing into the app, in base32. It is shown here and never again."),
            "uri": (str, "The same for a QR code: otpauth://totp/…"),
        },
        prepare=resolve.prepare_codes,
        secret=True,
    )
    confirm_two_factor = mutation(
        resolve.confirm_two_factor,
        "Turns the second factor on, with the first code that the app shows. From then on signIn answers with a"
        " challenge. INVALID for a wrong code, WRONG_STATE without beginTwoFactor.",
        needs=Needs.PERSON,
        takes={"code": value(str, "What the app shows now.")},
        gives={"recovery_codes": _CODES, "viewer": _VIEWER},
        prepare=resolve.prepare_codes,
        secret=True,
    )
    regenerate_recovery_codes = mutation(
        resolve.regenerate_recovery_codes,
        "Makes another set of recovery codes; the old ones no longer work. WRONG_STATE without a second factor.",
        needs=Needs.PERSON,
        takes=_OTHERS,
        gives={"recovery_codes": _CODES},
        prepare=resolve.prepare_codes,
        secret=True,
        sensitive=True,
    )
    disable_two_factor = mutation(
        resolve.disable_two_factor,
        "Turns the second factor off and deletes its recovery codes. Where your organization requires one you have no"
        " permissions until there is another. WRONG_STATE without a second factor.",
        needs=Needs.PERSON,
        takes=_OTHERS,
        gives={"viewer": _VIEWER},
        prepare=sessions.prepare_visit,
        secret=True,
        sensitive=True,
    )
