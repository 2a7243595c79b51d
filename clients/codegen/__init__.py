"""Clients from a schema and operations: reads both into a model, and writes the model in several languages."""
