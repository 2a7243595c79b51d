"""What people of a sandbox do at the simulator in the place of payers, banks and bad luck."""

from enum import Enum

from domain.payment_methods import Provider
from domain.refusals import Refused, forbidden, wrong_state


class PayerAct(Enum):
    """What a payer does who was asked to confirm a payment."""

    SUCCEED = "SUCCEED"
    FAIL = "FAIL"


class BankDecision(Enum):
    """How a payer's bank ends a chargeback."""

    WON = "WON"
    LOST = "LOST"


class WebhookTrick(Enum):
    """What happens to the newest webhook about a payment."""

    AGAIN = "AGAIN"
    FORGED = "FORGED"


class Difference(Enum):
    """In what the simulator's report is to differ from what has happened."""

    MISSING = "MISSING"
    DUPLICATE = "DUPLICATE"
    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    FEE = "FEE"
    GIVEN_BACK = "GIVEN_BACK"
    UNKNOWN_CHARGE = "UNKNOWN_CHARGE"
    UNKNOWN_REFUND = "UNKNOWN_REFUND"
    UNKNOWN_PAYOUT = "UNKNOWN_PAYOUT"
    DRIFT = "DRIFT"

    @property
    def is_about_a_line(self) -> bool:
        """Whether it changes a line that is there."""
        return self in _OF_LINES


_OF_LINES = (
    Difference.MISSING,
    Difference.DUPLICATE,
    Difference.AMOUNT,
    Difference.CURRENCY,
    Difference.FEE,
    Difference.GIVEN_BACK,
)


def outside_of_a_sandbox() -> Refused:
    return forbidden("The simulator moves no money: only a sandbox has it.")


def require_simulated(provider: Provider | None, status: str) -> None:
    """Refuses WRONG_STATE for what another company moves, or nobody."""
    if provider is not Provider.SIMULATOR:
        raise wrong_state("Only what the simulator moves can be rehearsed.", from_state=status)
