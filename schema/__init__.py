"""What clients see and may ask: shapes and descriptions, each field bound to the resolver that answers it."""
