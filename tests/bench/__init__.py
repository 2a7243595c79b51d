"""Tests of the comparison's own parts; that all of it works is tried by `make bench-quick`."""
