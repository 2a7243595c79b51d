"""The reference for people: pages on every part of the schema, a map of its types, an example for each root field."""
