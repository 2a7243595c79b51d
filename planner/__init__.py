"""Reads declared as data: sources, edges and pages, and the SQL they become. Knows GraphQL and SQL, nothing of gigs."""
