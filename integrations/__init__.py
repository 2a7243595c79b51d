"""The outside world in our words: what is slow, may fail, and never happens inside a transaction."""
