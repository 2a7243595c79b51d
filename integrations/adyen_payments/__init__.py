"""Payments through Adyen: cards, pages where payers pay, payouts, disputes and the daily statement."""

from integrations.adyen_payments.adapter import Adyen

__all__ = ["Adyen"]
