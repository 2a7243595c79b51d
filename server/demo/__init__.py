"""The demonstration: a program that plays both sides of a project against a running server, as any client could."""
