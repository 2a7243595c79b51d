"""The listening socket of a server."""

import socket


def listen(host: str, port: int) -> socket.socket | None:
    """The listening socket, taken before anything slow starts; None when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Connections inherit the protocol, and asyncio sends without delay only where it is spelled out: otherwise what
    # follows the headers waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Whoever comes early waits for the first answer, and whoever wants the same port hears of us at once.
        listener.listen(1024)
    except OSError:
        listener.close()
        return None
    return listener
