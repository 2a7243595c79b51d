"""The posting table: what each business event debits and credits. The ledger is written from here and nowhere else.

Each function returns one balanced `Transfer` for `persistence.ledger.post`. "wallet" is wallet_available.

- P1 invoice opened, d due (`invoices`): debit receivable d; credit billed d.
- P2 void, write-off or credit note on the unpaid part (`invoices`): debit billed x; credit receivable x.
- P3 payment succeeded, p paid, a of it due, f_a the fee of a (`payments`): debit provider_cash p, billed a; credit
  receivable a, wallet(issuer) a - f_a, platform_fee f_a, customer_credit p - a.
"""
