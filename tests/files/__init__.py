"""Tests of files: rules, stores, scanners, and the API from the announcement to the download."""
