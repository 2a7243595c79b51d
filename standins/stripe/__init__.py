"""A stand-in for Stripe: its REST API for the objects that Milepost uses, held to Stripe's own description of it."""
