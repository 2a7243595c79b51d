"""Stripe as a provider, through its official SDK; docs/decisions/0051 says how our words map to its objects."""

from integrations.stripe_payments.adapter import Stripe

__all__ = ["Stripe"]
