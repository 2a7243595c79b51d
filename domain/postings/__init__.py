"""The posting table: what each business event debits and credits. The ledger is written from here and nowhere else.

Each function returns one balanced `Transfer` for `persistence.ledger.post`. "wallet" is wallet_available.

- P1 invoice opened, d due (`invoices`): debit receivable d; credit billed d.
- P2 void, write-off or credit note on the unpaid part (`invoices`): debit billed x; credit receivable x.
- P3 payment succeeded, p paid, a of it due, f_a the fee of a (`payments`): debit provider_cash p, billed a; credit
  receivable a, wallet(issuer) a - f_a, platform_fee f_a, customer_credit p - a.
- P4 paid from a wallet, a with its fee f_a (`wallets`): debit wallet(client) a, billed a; credit receivable a,
  wallet(issuer) a - f_a, platform_fee f_a.
  Or with the customer's credit (`credit_notes`): debit customer_credit a instead of wallet(client).
- P6 hold funded, g (`escrow`): debit provider_cash g or wallet(client) g; credit escrow g. Money that comes too late to
  be held is the client's own: P3 with debit provider_cash g; credit wallet(client) g.
- P7 hold released, x of it settles an invoice, f_x its fee (`escrow`): debit escrow x, billed x; credit receivable x,
  wallet(issuer) x - f_x, platform_fee f_x.
- P8 hold refunded, x (`refunds`; `escrow` where it was funded from a wallet): debit escrow x; credit refund_payable x
  or wallet(client) x.
- P9 credit note on the paid part, v, its fee f_v, d of it not in the wallet (`credit_notes`): debit wallet(issuer)
  v - f_v - d, org_debt d, platform_fee f_v; credit customer_credit v. A part that was paid outside: debit
  external_funds; credit external_credit.
- P10 refund asked, r, and succeeded (`refunds`): debit customer_credit r, refund_payable r; credit refund_payable r,
  provider_cash r.
- P11 refund failed or canceled, r (`refunds`): debit refund_payable r; credit customer_credit r or, of a hold,
  wallet(client) r.
- P12 payout requested, sent and paid (`payouts`): debit wallet, wallet_held, payout_in_transit; credit wallet_held,
  payout_in_transit, provider_cash.
- P13 payout canceled, failed or come back (`payouts`): debit wallet_held, payout_in_transit or provider_cash; credit
  wallet.
- P18 debt recovered, by `persistence.ledger.post` itself (`wallets`): debit wallet; credit org_debt.
- P19 wallet converted, a into b (`wallets`): debit wallet[A] a, fx_clearing[B] b; credit fx_clearing[A] a, wallet[B] b.
"""
