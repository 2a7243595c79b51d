"""Makers of payment methods."""

from tests.world import Person


async def make_method(payer: Person, token: str = "sim_ok", currency: str = "EUR", *, make_default: bool = True) -> str:
    """The id of a new method of the payer, the default of its currency unless told otherwise."""
    added = await payer.do(
        "addPaymentMethod",
        "method { id }",
        provider="SIMULATOR",
        token=token,
        currency=currency,
        makeDefault=make_default,
    )
    return str(added["method"]["id"])
