"""PayPal as a provider, over its REST interfaces; docs/paypal.md says how an account is set up."""

from integrations.paypal_payments.adapter import PayPal

__all__ = ["PayPal"]
