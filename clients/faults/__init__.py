"""A server that fails as it is told, for the tests of both client packages; README.md has its verbs."""
