"""The rules of gig work and its money, in plain Python: no framework, no clock, no database."""
