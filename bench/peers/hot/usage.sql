SELECT report_by_hand($1, $2, $3, $4::text::timestamptz)
