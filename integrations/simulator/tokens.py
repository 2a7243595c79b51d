"""What the simulator can be given to charge or to pay out to: each token, or published test number, forces one case."""

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from enum import Enum

from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.decline_codes import DeclineCode

HOSTED = "sim_hosted"
"""What stands in the books for a method that the payer has yet to choose on the simulator's own page."""


class Fate(Enum):
    """What becomes of a charge, once it has arrived or before."""

    TAKEN = "is charged"
    DECLINED = "is declined"
    ACTION = "is charged once the payer has confirmed it"
    SLOW = "is charged some minutes later"
    CHANGES_ITS_MIND = "seems to be charged, and is declined an hour later"
    UNTOLD = "is charged, which only a webhook tells"
    TIMEOUT_CHARGED = "is charged without an answer"
    TIMEOUT_NOT_CHARGED = "is not charged and gives no answer"


class RefundFate(Enum):
    """What becomes of its refunds."""

    DONE = "done"
    DECLINED = "takes no refund"
    TIMEOUT_DONE = "is refunded without an answer"
    TIMEOUT_NOT_DONE = "is not refunded and gives no answer"
    LATE = "is refunded an hour later"


class Courier(Enum):
    """How what happens to it is told."""

    CHANCE = "as the settings say"
    TWICE = "twice"
    LATE = "an hour late"
    LOST = "never"


class Bank(Enum):
    """What the payer's bank does a day after a charge."""

    CONTENT = "nothing"
    CHARGES_BACK = "charges back"
    ASKS_FIRST = "asks before it charges back"


@dataclass(frozen=True, slots=True)
class Card:
    """A method that can be charged, and what is different about it."""

    token: str
    label: str
    last4: str
    _: KW_ONLY
    number: str | None = None
    """The published test number that stands for it, too."""
    fate: Fate = Fate.TAKEN
    code: DeclineCode = DeclineCode.CARD_DECLINED
    refund: RefundFate = RefundFate.DONE
    courier: Courier = Courier.CHANCE
    bank: Bank = Bank.CONTENT
    takes_more: int = 0
    """By how many units what is taken differs from what was asked for."""
    takes: str | None = None
    """The currency that is taken, whatever was asked for."""
    lapses_soon: bool = False
    has_fee: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it forces nothing: then chance decides, as far as the settings leave things to it."""
        does_as_asked = self.takes_more == 0 and self.takes is None
        return (self.fate, self.refund, self.bank) == (Fate.TAKEN, RefundFate.DONE, Bank.CONTENT) and does_as_asked


_F = Fate
CARDS: Sequence[Card] = (
    Card("sim_ok", "is charged", "0001", number="4242424242424242"),
    Card("sim_decline", "is declined", "0002", number="4000000000000002", fate=_F.DECLINED),
    Card("sim_timeout_charged", _F.TIMEOUT_CHARGED.value, "0003", fate=_F.TIMEOUT_CHARGED),
    Card("sim_timeout_not_charged", _F.TIMEOUT_NOT_CHARGED.value, "0004", fate=_F.TIMEOUT_NOT_CHARGED),
    Card("sim_charge_less", "is charged one unit less", "0005", takes_more=-1),
    Card("sim_charge_more", "is charged one unit more", "0006", takes_more=1),
    Card("sim_charge_dollars", "is charged in US dollars", "0007", takes="USD"),
    Card(
        "sim_insufficient_funds",
        "has not enough money",
        "0008",
        number="4000000000009995",
        fate=_F.DECLINED,
        code=DeclineCode.INSUFFICIENT_FUNDS,
    ),
    Card(
        "sim_expired",
        "has expired",
        "0009",
        number="4000000000000069",
        fate=_F.DECLINED,
        code=DeclineCode.EXPIRED_CARD,
    ),
    Card(
        "sim_fraud",
        "looks like fraud",
        "0010",
        number="4100000000000019",
        fate=_F.DECLINED,
        code=DeclineCode.FRAUD_SUSPECTED,
    ),
    Card("sim_refund_decline", "takes no refund", "0011", refund=RefundFate.DECLINED),
    Card(
        "sim_refund_timeout_done",
        RefundFate.TIMEOUT_DONE.value,
        "0012",
        refund=RefundFate.TIMEOUT_DONE,
    ),
    Card(
        "sim_refund_timeout_not_done",
        RefundFate.TIMEOUT_NOT_DONE.value,
        "0013",
        refund=RefundFate.TIMEOUT_NOT_DONE,
    ),
    Card("sim_refund_late", RefundFate.LATE.value, "0014", refund=RefundFate.LATE),
    Card(
        "sim_chargeback",
        "is charged back a day later",
        "0021",
        number="4000000000000259",
        bank=Bank.CHARGES_BACK,
    ),
    Card("sim_chargeback_warning", "its bank asks before it charges back", "0022", bank=Bank.ASKS_FIRST),
    Card(
        "sim_action",
        "wants the payer to confirm (3-D Secure)",
        "0031",
        number="4000002500003155",
        fate=_F.ACTION,
    ),
    Card("sim_async_success", _F.SLOW.value, "0032", fate=_F.SLOW),
    Card("sim_async_failure", _F.CHANGES_ITS_MIND.value, "0033", fate=_F.CHANGES_ITS_MIND),
    Card("sim_expires", "what is reserved on it lapses after 7 days", "0034", lapses_soon=True),
    Card("sim_fee", "is charged for a fee of 2.9 % and 30", "0035", has_fee=True),
    Card(
        "sim_webhook_twice",
        "is charged, which is told twice",
        "0041",
        fate=_F.UNTOLD,
        courier=Courier.TWICE,
    ),
    Card(
        "sim_webhook_late",
        "is charged, which is told an hour late",
        "0042",
        fate=_F.UNTOLD,
        courier=Courier.LATE,
    ),
    Card(
        "sim_webhook_lost",
        "is charged, which is never told",
        "0043",
        fate=_F.UNTOLD,
        courier=Courier.LOST,
    ),
)
_BY_TOKEN = {card.token: card for card in CARDS}
_BY_NUMBER = {card.number: card for card in CARDS if card.number is not None}
_LIKE_A_NUMBER = re.compile(r"[0-9][0-9 -]{10,26}[0-9]")


def card_of(token: str) -> Card | None:
    """The card of a token or of a test number, with spaces or without."""
    return _BY_TOKEN.get(token) or _BY_NUMBER.get(re.sub(r"[ -]", "", token))


def is_like_a_card_number(token: str) -> bool:
    """Whether somebody may have sent the number of a real card, which must go nowhere from here."""
    return _LIKE_A_NUMBER.fullmatch(token.strip()) is not None


class PayoutToken(Enum):
    """The tokens of payout methods; the value is followed by what becomes of what is paid out to it."""

    OK = "sim_bank_ok"
    UNVERIFIED = "sim_bank_unverified"
    DECLINE = "sim_bank_decline"
    TIMEOUT_PAID = "sim_bank_timeout_paid"
    TIMEOUT_NOT_PAID = "sim_bank_timeout_not_paid"
    LATE = "sim_bank_late"
    RETURNED = "sim_bank_returned"


_PAYEES = {
    PayoutToken.OK: "is paid",
    PayoutToken.UNVERIFIED: "is not verified",
    PayoutToken.DECLINE: "is refused",
    PayoutToken.TIMEOUT_PAID: "is paid without an answer",
    PayoutToken.TIMEOUT_NOT_PAID: "is not paid and gives no answer",
    PayoutToken.LATE: "is paid an hour later",
    PayoutToken.RETURNED: "is paid, and gives it back two days later",
}


def payee_of(token: str) -> PayeeDetails | None:
    """The bank account of a token."""
    if token not in {known.value for known in PayoutToken}:
        return None
    known = PayoutToken(token)
    return PayeeDetails(
        token=token,
        kind=PayoutMethodKind.BANK_ACCOUNT,
        label=f"Simulated bank account: {_PAYEES[known]}",
        last4=f"{list(PayoutToken).index(known) + 1:04}",
        is_verified=known is not PayoutToken.UNVERIFIED,
    )
