SELECT spend_by_hand($1, $2, $3)
