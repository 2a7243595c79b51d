"""A stand-in for Adyen: Checkout, Transfers, Legal entity management and Disputes, with its webhooks and statement."""
