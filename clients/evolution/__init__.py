"""How the schema may change: what a change breaks, for whom, what version it asks for, and how to write it down."""
