SELECT check_by_hand($1, $2)
