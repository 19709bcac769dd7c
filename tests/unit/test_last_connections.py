import socket
import sys
import threading
import time

import pytest

from entrypoints.last_connections import let_nobody_connect
from tests.external_tools import missing


def test_who_has_connected_is_answered_and_nobody_else_can_connect() -> None:
    if sys.platform != "linux":
        missing("Ignoring new connections needs Linux.")
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    address = listener.getsockname()
    clients = [socket.create_connection(address, timeout=10) for _ in range(20)]
    for client in clients:
        client.sendall(b"?")

    def serve() -> None:
        for _ in clients:
            time.sleep(0.01)
            connection, _ = listener.accept()
            with connection:
                connection.sendall(connection.recv(1))

    server = threading.Thread(target=serve)
    server.start()
    let_nobody_connect(listener)
    with pytest.raises(TimeoutError):
        socket.create_connection(address, timeout=0.1)
    listener.close()
    assert [client.recv(1) for client in clients] == [b"?"] * len(clients)
    server.join(10)
    for client in clients:
        client.close()
