"""Compares Milepost with its peers and with the limit; `make bench`."""
