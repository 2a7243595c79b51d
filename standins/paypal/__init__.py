"""A stand-in for PayPal: the calls that Milepost makes, its pages for payers, and its signed messages."""
