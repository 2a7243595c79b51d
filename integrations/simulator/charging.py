"""What Milepost asks the simulator about charges, and what it answers: which may be nothing, although it is done."""

from domain.money import Money
from domain.simulator_settings import SimulatorSettings
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    ActionRequired,
    Answer,
    Asked,
    Authorized,
    Capturing,
    Charge,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    UnderWay,
    Voided,
    VoidFinding,
    Voiding,
)
from integrations.simulator import charges
from integrations.simulator.books import Books
from integrations.simulator.chances import Lot, next_lot
from integrations.simulator.charges import ChargeState, Entry, provider_id_of
from integrations.simulator.pages import page_of
from integrations.simulator.tokens import HOSTED, Card, Fate, card_of

TIMEOUT = NoAnswer(reason="timeout")

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


async def charge(books: Books, asked: Charge) -> Answer:
    """Once per key, however many ask at the same time: the others wait, and get the same answer."""
    await books.db.execute(_ONE_AT_A_TIME, str(asked.key))
    known = await charges.by_key(books, asked.key)
    if known is not None:
        return _answer(known)
    card = None if asked.method_token is None else card_of(asked.method_token)
    if card is None and asked.method_token is not None:
        return Declined(code=DeclineCode.METHOD_UNUSABLE.name)
    lot = await next_lot(books.db, books.settings, "charge")
    fate, code = _fate(books.settings, lot, card, is_off_session=asked.is_off_session)
    if fate is Fate.TIMEOUT_NOT_CHARGED:
        return TIMEOUT
    entry = await charges.follow(books, await charges.enter(books, _entry(asked, card, lot)), fate, code)
    if fate is Fate.TIMEOUT_CHARGED:
        return TIMEOUT
    return UnderWay(provider_id=entry.provider_id) if fate is Fate.UNTOLD else _answer(entry)


async def find(books: Books, asked: Asked) -> Finding:
    """Asking never charges."""
    entry = await charges.by_key(books, asked.key)
    return NotFound() if entry is None else _found(entry)


async def capture(books: Books, asked: Capturing) -> Finding:
    """Takes what was reserved, or less; once, whatever is asked for after that."""
    entry = await charges.by_key(books, asked.key)
    if entry is None:
        return NotFound()
    if entry.state is not ChargeState.AUTHORIZED:
        return _found(entry)
    if asked.amount.currency != entry.amount.currency or asked.amount.amount_minor > entry.amount.amount_minor:
        return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name, provider_id=entry.provider_id)
    lot = entry.lot(books)
    if entry.card.is_plain and lot.comes("capture timeout before", books.settings.timeout_before_bps):
        return TIMEOUT
    entry = await charges.take(books, entry, asked.amount)
    if entry.card.is_plain and lot.comes("capture timeout after", books.settings.timeout_after_bps):
        return TIMEOUT
    return _found(entry)


async def void(books: Books, asked: Voiding) -> VoidFinding:
    """Sees to it that nothing is taken: a charge that has not arrived yet finds its key spent when it does."""
    await books.db.execute(_ONE_AT_A_TIME, str(asked.key))
    entry = await charges.by_key(books, asked.key)
    if entry is None:
        await charges.enter(books, _spent(asked))
        return Voided(provider_id=None)
    match entry.state:
        case ChargeState.CHARGED:
            return _charged(entry)
        case ChargeState.UNDER_WAY:
            return NoAnswer(reason="The charge is under way; what becomes of it is not known yet.")
        case ChargeState.ACTION | ChargeState.AUTHORIZED:
            entry = await charges.give_up(books, entry)
    return Voided(provider_id=entry.provider_id)


def _fate(
    settings: SimulatorSettings, lot: Lot, card: Card | None, *, is_off_session: bool
) -> tuple[Fate, DeclineCode]:
    """What the card forces or, where it forces nothing, what chance brings."""
    if card is None or card.fate is Fate.ACTION:
        absent = (Fate.DECLINED, DeclineCode.AUTHENTICATION_REQUIRED)
        return absent if is_off_session else (Fate.ACTION, DeclineCode.AUTHENTICATION_FAILED)
    if not card.is_plain:
        return card.fate, card.code
    chances = (
        ("timeout before", settings.timeout_before_bps, Fate.TIMEOUT_NOT_CHARGED),
        ("decline", settings.decline_bps, Fate.DECLINED),
        ("async failure", settings.async_failure_bps, Fate.CHANGES_ITS_MIND),
        ("timeout after", settings.timeout_after_bps, Fate.TIMEOUT_CHARGED),
    )
    return next((fate for name, bps, fate in chances if lot.comes(name, bps)), card.fate), card.code


def _entry(asked: Charge, card: Card | None, lot: Lot) -> Entry:
    return Entry(
        key=asked.key,
        provider_id=provider_id_of(asked.key),
        token=HOSTED if card is None else card.token,
        amount=asked.amount,
        is_manual=asked.is_manual,
        state=ChargeState.UNDER_WAY,
        code=None,
        fee_minor=0,
        ordinal=lot.ordinal,
        return_url=asked.return_url,
        description=asked.description,
    )


def _spent(asked: Voiding) -> Entry:
    """What stands in the books for a charge that was ended before it arrived."""
    return Entry(
        key=asked.key,
        provider_id=provider_id_of(asked.key),
        token=HOSTED,
        amount=Money(0, ""),
        is_manual=False,
        state=ChargeState.VOIDED,
        code=None,
        fee_minor=0,
        ordinal=0,
        return_url="",
        description="",
    )


def _answer(entry: Entry) -> Answer:
    """What is said to whoever has asked for a charge."""
    found = _found(entry)
    ended = DeclineCode.CANCELED.name
    return Declined(code=ended, provider_id=entry.provider_id) if isinstance(found, Voided) else found


def _found(entry: Entry) -> Charged | Authorized | ActionRequired | UnderWay | Voided | Declined:
    """What has become of a charge, as the books have it."""
    match entry.state:
        case ChargeState.CHARGED:
            return _charged(entry)
        case ChargeState.AUTHORIZED:
            return Authorized(provider_id=entry.provider_id, amount=entry.amount)
        case ChargeState.ACTION:
            return ActionRequired(provider_id=entry.provider_id, url=page_of(entry.provider_id))
        case ChargeState.UNDER_WAY:
            return UnderWay(provider_id=entry.provider_id)
        case ChargeState.VOIDED:
            return Voided(provider_id=entry.provider_id)
        case ChargeState.DECLINED:
            return Declined(code=entry.code or DeclineCode.PROVIDER_REFUSED.name, provider_id=entry.provider_id)


def _charged(entry: Entry) -> Charged:
    fee = Money(entry.fee_minor, entry.amount.currency)
    return Charged(provider_id=entry.provider_id, amount=entry.amount, fee=fee)
