"""The listening socket of a server."""

import socket


def listen(host: str, port: int) -> socket.socket | None:
    """The listening socket, taken before anything slow starts; None when somebody else has the port."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Whoever comes early waits for the first answer, and whoever wants the same port hears of us at once.
        listener.listen(1024)
    except OSError:
        listener.close()
        return None
    return listener
