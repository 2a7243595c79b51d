"""The posting table: what each business event debits and credits. The ledger is written from here and nowhere else.

Each function returns one balanced `Transfer` for `persistence.ledger.post`. "wallet" is wallet_available; a word in
brackets is whose or which currency's account it is; a word in backquotes the file of this package.

- P1 invoice opened, d due (`invoices`): debit receivable d; credit billed d.
- P2 void (`invoices`), write-off (`write_offs`), credit note on the unpaid part (`credit_notes`), x: debit billed x;
  credit receivable x.
- P3 payment succeeded, p paid, a of it due, f_a the fee of a (`payments`): debit provider_cash p, billed a; credit
  receivable a, wallet(issuer) a - f_a, platform_fee f_a, customer_credit p - a.
- P4 paid from a wallet (`wallets`) or with customer credit (`credit_notes`), a with its fee f_a: debit wallet(client) a
  or customer_credit a, billed a; credit receivable a, wallet(issuer) a - f_a, platform_fee f_a.
- P5 payment recorded from outside, p, a of it due, f_a its fee (`recorded_payments`): debit billed a, external_funds
  p - a, org_debt f_a; credit receivable a, external_credit p - a, platform_fee f_a. Removed: the other way round.
- P6 hold funded, g (`escrow`): debit provider_cash g or wallet(client) g; credit escrow g. Money that comes too late to
  be held is the client's own: P3 with debit provider_cash g; credit wallet(client) g.
- P7 hold released, x of it settles an invoice, f_x its fee (`escrow`): debit escrow x, billed x; credit receivable x,
  wallet(issuer) x - f_x, platform_fee f_x.
- P8 hold refunded, x (`refunds`; `escrow` where a wallet had funded it or a bank has taken of the payment): debit
  escrow x; credit refund_payable x or wallet(client) x.
- P9 credit note on the paid part, v, its fee f_v (`credit_notes`): debit wallet(issuer) v - f_v (where only debt can
  cover it, org_debt), platform_fee f_v; credit customer_credit v. Paid outside: external_funds v to external_credit v.
  Void again: what the wallet lacks of the fee is debt, debit org_debt; credit wallet(issuer).
- P10 refund asked for, r, and succeeded (`refunds`): debit customer_credit r, then refund_payable r; credit
  refund_payable r, then provider_cash r.
- P11 refund failed or canceled, r (`refunds`): debit refund_payable r; credit customer_credit r or, of a hold,
  wallet(client) r.
- P12 payout requested, sent and paid (`payouts`): debit wallet, wallet_held, payout_in_transit; credit wallet_held,
  payout_in_transit, provider_cash.
- P13 payout canceled, failed or come back (`payouts`): debit wallet_held, payout_in_transit or provider_cash; credit
  wallet.
- P14 unexplained provider money, p (`suspense`): debit provider_cash p; credit suspense p. Reversed once it is clear.
  A provider's charge, or a difference to its report (`provider_charges`): debit processor_fee or suspense; credit
  provider_cash; where it came in, the other way round.
- P15 chargeback opened, g taken, h of it held in the issuer's wallet (`chargebacks`): debit chargeback_reserve g,
  wallet(issuer) h; credit provider_cash g, wallet_held(issuer) h. Won: reversed.
- P16 chargeback lost, g with n the issuer's net of it (`chargebacks`): debit wallet_held h, org_debt(issuer) n - h,
  platform_fee g - n, receivable g; credit chargeback_reserve g, billed g.
- P17 chargeback of held money opened and lost, x (`chargebacks`): debit chargeback_reserve x, then escrow x; credit
  provider_cash x, then chargeback_reserve x.
- P18 debt recovered, by `persistence.ledger.post` itself (`wallets`), or given up (`write_offs`): debit wallet or
  bad_debt; credit org_debt.
- P19 wallet converted, a into b (`wallets`): debit wallet[A] a, fx_clearing[B] b; credit fx_clearing[A] a, wallet[B] b.
- P20 own sale paid right after its P1, net s, tax t (`sales`): debit provider_cash s + t, billed s + t; credit
  receivable s + t, deferred_revenue s, tax_payable t. Money for a sale that has ended: P3 with debit provider_cash;
  credit customer_credit, out of which it goes back.
- P21 own sale delivered, x (`sales`; of credits that are used or expire, `credits`): debit deferred_revenue x; credit
  platform_revenue x. Where used credits come back, the other way round.
- P22 own sale given back or lost, net s, tax t (`sales`): debit deferred_revenue and platform_revenue s, tax_payable t;
  credit customer_credit s + t, out of which it is refunded (P10), or chargeback_reserve s + t; lost, it is due again:
  debit receivable s + t, credit billed s + t.
- CREDIT_… (`credits`), in whole credits and never with money: issue from credit_issued to available; spend, expiry and
  clawback from available to credit_spent, credit_expired and credit_issued; hold from available to held; capture from
  held to credit_spent and, the rest, available; release from held to available; refund from credit_spent to available;
  adjustment between credit_adjusted and available; transfer from the available of one organization to another's.
- REVERSAL and ADJUSTMENT (`adjustments`): the entries of a transfer with the opposite sign, and the right ones.
"""
