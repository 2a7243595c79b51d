"""The simulator: how mean it is, and rehearsals in which people of a sandbox play payers, banks and bad luck."""

from typing import Any

import strawberry

from domain.permissions import Permission
from domain.rehearsals import BankDecision, Difference, PayerAct, WebhookTrick
from resolvers import simulator as resolve
from resolvers.context import Context
from schema.chargebacks import Chargeback
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import an_id, optional, optional_id, value
from schema.money import MoneyInput
from schema.mutations import mutation
from schema.payments import Payment
from schema.payouts import Payout

describe(
    PayerAct,
    "What a payer does who was asked to confirm a payment.",
    SUCCEED="They confirm it.",
    FAIL="They cannot: it is declined.",
)
describe(
    BankDecision,
    "How a payer's bank ends a chargeback.",
    WON="The money comes back.",
    LOST="The payer keeps it.",
)
describe(
    WebhookTrick,
    "What happens to the newest webhook about a payment.",
    AGAIN="It comes once more.",
    FORGED="One with a wrong signature comes, which must be turned away.",
)
describe(
    Difference,
    "In what the simulator's report is to differ from what has happened.",
    MISSING="The line is not there.",
    DUPLICATE="There is another line for the same.",
    AMOUNT="It moved one unit more.",
    CURRENCY="It moved US dollars or, where those were moved, euros.",
    FEE="It cost seven units more.",
    GIVEN_BACK="Another line gives it back: a refund that failed, a payout returned, a charge taken back by the bank.",
    UNKNOWN_CHARGE="Money came in that nobody here asked for.",
    UNKNOWN_REFUND="Money was given back that nobody here knows of.",
    UNKNOWN_PAYOUT="Money was paid out that nobody here knows of.",
    DRIFT="The balance is higher, without a line that would say why.",
)

_SETTINGS = {
    "seed": "Any words. The same seed and the same order of calls bring the same; setting anything counts anew.",
    "decline_bps": "Of charges: the card is declined.",
    "timeout_before_bps": "Of charges, captures, refunds and payouts: nothing is done, and there is no answer.",
    "timeout_after_bps": "Of the same: it is done, and there is no answer.",
    "async_failure_bps": "Of charges: taken on as if all were well, and declined an hour later.",
    "late_payout_bps": "Of payouts: they arrive an hour later.",
    "duplicate_bps": "Of webhooks: it comes twice.",
    "reorder_bps": "Of webhooks: it comes a minute late, after what happened later.",
    "drop_bps": "Of webhooks: it gets lost on its way, and is sent again an hour later.",
    "forge_bps": "Of webhooks: one with a wrong signature comes as well.",
    "delay_seconds": "Each webhook comes up to so many seconds late, at most 86400.",
    "fee_bps": "What is kept of each charge, as a share of it.",
    "fee_flat_minor": "What is kept of it besides, in the minor unit of its currency; at most 100000.",
}
_KINDS = {name: str if name == "seed" else int for name in _SETTINGS}


def _shown(name: str) -> Any:
    def resolve_setting(root: Any) -> Any:
        return root[name]

    resolve_setting.__annotations__["return"] = _KINDS[name]
    return strawberry.field(resolver=resolve_setting, description=_SETTINGS[name])


SimulatorSettings = strawberry.type(
    type("SimulatorSettings", (), {name: _shown(name) for name in _SETTINGS}),
    description="How mean the simulator is where no token decides. Chances are in basis points: 10000 is always.",
)

_NEEDS = (Permission.MONEY_MOVE, Permission.STAFF_MONEY)
_SANDBOX = "FORBIDDEN in production."
_PAYMENT_ID = {"payment_id": an_id("Payment", "The payment.")}
_PAYMENT = {"payment": (Payment, "The payment as it is now: what was done is heard of in a moment.")}


@strawberry.type
class SimulatorQueries:
    @asks(
        Permission.STAFF_OPS,
        "How mean the simulator is. Needs: the permission staff:ops.",
        graphql_type=SimulatorSettings,
    )
    async def simulator_settings(self, info: strawberry.Info[Context, None]) -> Any:
        return await resolve.settings_now(info.context)


@strawberry.type
class SimulatorMutations:
    configure_simulator = mutation(
        resolve.configure_simulator,
        "Sets how mean the simulator is, for all processes at once. What is left out stays as it is. Objects are "
        f"counted anew: the next charge is the first of its seed. INVALID names what is out of bounds. {_SANDBOX}",
        needs=Permission.STAFF_OPS,
        takes={
            **{name: optional(_KINDS[name], text) for name, text in _SETTINGS.items()},
            "starts_anew": optional(
                bool, "True: what is left out is as it was at first, when nothing went wrong.", False
            ),
        },
        gives={"settings": (SimulatorSettings, "The settings from now on.")},
        prepare=resolve.require_sandbox,
    )
    simulate_payment_action = mutation(
        resolve.simulate_payment_action,
        "Does at the simulator what its page at nextActionUrl is for: confirms a payment, or fails to. WRONG_STATE "
        f"where the payer is asked for nothing. {_SANDBOX}",
        needs=_NEEDS,
        takes={**_PAYMENT_ID, "act": value(PayerAct, "What the payer does.")},
        gives=_PAYMENT,
        prepare=resolve.require_sandbox,
    )
    simulate_chargeback = mutation(
        resolve.simulate_chargeback,
        "Has the payer's bank ask for a payment back, or take it at once. WRONG_STATE unless the simulator has taken "
        f"the money; one that was refunded before is prevented. {_SANDBOX}",
        needs=_NEEDS,
        takes={
            **_PAYMENT_ID,
            "amount": optional(MoneyInput, "How much of it; all unless said."),
            "reason": optional(str, "Why, in the bank's words.", "FRAUDULENT"),
            "is_warning": optional(bool, "True: the bank asks first, and takes the money two days later.", False),
        },
        gives={**_PAYMENT, "external_id": (str, "The simulator's name for the chargeback, as its externalId will be.")},
        prepare=resolve.require_sandbox,
    )
    decide_simulated_chargeback = mutation(
        resolve.decide_simulated_chargeback,
        "Ends a chargeback at the simulator as the bank would. WRONG_STATE unless the bank has taken the money and has "
        f"not decided. {_SANDBOX}",
        needs=_NEEDS,
        takes={
            "chargeback_id": an_id("Chargeback", "The chargeback."),
            "decision": value(BankDecision, "What the bank decides."),
        },
        gives={"chargeback": (Chargeback, "The chargeback as it is now: what was decided is heard of in a moment.")},
        prepare=resolve.require_sandbox,
    )
    simulate_payout_return = mutation(
        resolve.simulate_payout_return,
        f"Has the payee's bank give a payout back. WRONG_STATE unless it has arrived at the simulator. {_SANDBOX}",
        needs=_NEEDS,
        takes={"payout_id": an_id("Payout", "The payout.")},
        gives={"payout": (Payout, "The payout as it is now: what happened is heard of in a moment.")},
        prepare=resolve.require_sandbox,
    )
    simulate_webhook = mutation(
        resolve.simulate_webhook,
        "Sends the newest webhook about a payment once more, or a forgery of it. WRONG_STATE where none was ever told."
        f" {_SANDBOX}",
        needs=_NEEDS,
        takes={**_PAYMENT_ID, "trick": value(WebhookTrick, "What is sent.")},
        gives=_PAYMENT,
        prepare=resolve.require_sandbox,
    )
    simulate_difference = mutation(
        resolve.simulate_difference,
        "Makes the simulator's report of a day that was not read yet differ from what has happened: in the line of a "
        f"payment, a refund or a payout, or in money that nobody knows of. WRONG_STATE without such a line. {_SANDBOX}",
        needs=Permission.STAFF_MONEY,
        takes={
            "difference": value(Difference, "In what it differs."),
            "payment_id": optional_id("Payment", "The payment whose line differs."),
            "refund_id": optional_id("Refund", "The refund whose line differs."),
            "payout_id": optional_id("Payout", "The payout whose line differs."),
            "amount": optional(MoneyInput, "Of money that nobody knows of: how much it is."),
        },
        gives={"external_id": (str, "The simulator's name for what differs.")},
        prepare=resolve.require_sandbox,
    )
