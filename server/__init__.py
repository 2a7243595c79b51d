"""The processes: the ASGI app, the worker, the command line, and the database that comes along."""
