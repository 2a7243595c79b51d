"""Pricing: what a quantity of a price comes to. Computed exactly, rounded once, half away from zero."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.catalogue import MAX_COUNT
from domain.money import MAX_AMOUNT_MINOR, rounded
from domain.prices import UNIT_PLACES, Price, PriceModel, Tier
from domain.refusals import invalid
from domain.subscription_plans import Plan

_MILLIONTHS: int = 10**UNIT_PLACES
_SQUARED = _MILLIONTHS * _MILLIONTHS
"""Quantities and unit prices have at most six decimals, so both are whole numbers of millionths."""


def amount_of(price: Price, quantity: int | Decimal) -> int:
    """The amount in minor units of the price's currency. What is FLAT costs the same whatever the quantity."""
    if price.model is PriceModel.FLAT:
        return price.unit_amount_minor
    if price.model is PriceModel.PER_SEAT:
        return rounded(price.unit_amount_minor * _millionths(quantity), _MILLIONTHS)
    return tiered_amount(price.model, price.tiers, quantity)


def tiered_amount(model: PriceModel, tiers: Sequence[Tier], quantity: int | Decimal) -> int:
    """GRADUATED: each unit costs what its own tier says; VOLUME: all units what the tier they reach says.

    A tier's flat part comes with its first unit, so that nothing used costs nothing.
    """
    used = _millionths(quantity)
    if used == 0:
        return 0
    parts = list(_graduated(tiers, used)) if model is PriceModel.GRADUATED else [(_reached(tiers, used), used)]
    exact = sum(_millionths(tier.unit_amount) * part + tier.flat_minor * _SQUARED for tier, part in parts)
    return rounded(exact, _SQUARED)


def require_quantity(price: Price, plan: Plan | None, quantity: int) -> None:
    """Refuses INVALID a quantity that cannot be bought at this price."""
    if price.is_metered:
        raise invalid("Usage is counted, not bought: choose the price that it comes with.", "priceId")
    if price.model is PriceModel.FLAT:
        if quantity != 1:
            raise invalid("This price is for one: give 1.", "quantity")
        return
    least, most = (1, None) if plan is None else (plan.seat_min, plan.seat_max)
    if quantity < least or quantity > (most or MAX_COUNT):
        up_to = "" if most is None else f" and at most {most}"
        raise invalid(f"Give at least {least}{up_to}.", "quantity")
    if amount_of(price, quantity) > MAX_AMOUNT_MINOR:
        raise invalid("This comes to more than can be charged at once.", "quantity")


def _graduated(tiers: Sequence[Tier], used: int) -> Iterator[tuple[Tier, int]]:
    """Each tier that is reached, with what of the quantity lies in it."""
    before = 0
    for tier in tiers:
        end = used if tier.up_to is None else min(used, tier.up_to * _MILLIONTHS)
        if end <= before:
            return
        yield tier, end - before
        before = end


def _reached(tiers: Sequence[Tier], used: int) -> Tier:
    """The tier that contains the whole quantity; `up_to` belongs to it."""
    return next(tier for tier in tiers if tier.up_to is None or used <= tier.up_to * _MILLIONTHS)


def _millionths(number: int | Decimal) -> int:
    """A number of at most six decimals as a whole; by its digits, as contexts of decimals round."""
    if isinstance(number, int):
        return number * _MILLIONTHS
    numerator, denominator = number.as_integer_ratio()
    whole, rest = divmod(numerator * _MILLIONTHS, denominator)
    if rest:
        raise ValueError(f"{number} has more than {UNIT_PLACES} decimals")
    return whole
