SELECT account_by_hand($1)
