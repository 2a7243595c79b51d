"""The generated clients, what they are generated from, and the generator."""
