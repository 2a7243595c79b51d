"""PayPal's page for payers, as plain as it can be."""

from html import escape

from standins.paypal.account import Thing


def checkout(order: Thing) -> str:
    """Three buttons: pay, pay with what the bank declines, and leave."""
    unit = order["purchase_units"][0]
    amount = f"{unit['amount']['value']} {unit['amount']['currency_code']}"
    buttons = "".join(
        f'<button name="choice" value="{choice}">{label}</button> '
        for choice, label in (("approve", "Pay"), ("decline", "Pay, and be declined"), ("cancel", "Leave"))
    )
    what = escape(f"{unit.get('description', '')} {amount}")
    return (
        f'<!doctype html><html lang="en"><title>Stand-in for PayPal</title><h1>Stand-in for PayPal</h1>'
        f'<p>{what} ({escape(order["status"])})</p><form method="post">{buttons}</form></html>'
    )
