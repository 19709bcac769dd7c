"""Closes a listening socket without resetting a connection.

Whoever has connected but was not accepted yet is reset when the socket closes, and a proxy that has sent a POST by then
cannot send it again. So first the system is made to ignore new connections (their clients repeat that a second later,
find the socket closed, and go elsewhere, having sent nothing), then those who wait are accepted.
"""

import ctypes
import select
import socket
import sys
import time
from contextlib import suppress
from typing import Final

# linux/filter.h and asm-generic/socket.h: load a byte, jump if a bit is set, return.
_SO_ATTACH_FILTER: Final = 26
_LOAD_BYTE, _JUMP_IF_SET, _RETURN = 0x30, 0x45, 0x06
_TCP_FLAGS_AT, _SYN = 13, 0x02
_WHOLE_PACKET: Final = 0x40000
# Handshakes that are under way end within a round trip, and bring the first bytes with them.
_HANDSHAKE_SECONDS: Final = 0.2
_MOST_SECONDS: Final = 2.0
_STEP_SECONDS: Final = 0.01


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


def let_nobody_connect(listener: socket.socket) -> None:
    """Ignore new connections, and return when all who had connected were accepted, after two seconds at most.

    Processes that accept from the socket have to continue meanwhile. Does not wait where the system cannot ignore them.
    """
    if not _ignores_new_connections(listener):
        return
    deadline = time.monotonic() + _MOST_SECONDS
    time.sleep(_HANDSHAKE_SECONDS)
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    while waiting.poll(0) and time.monotonic() < deadline:
        time.sleep(_STEP_SECONDS)


def _ignores_new_connections(listener: socket.socket) -> bool:
    if sys.platform != "linux":
        return False
    instructions = (_Instruction * 4)(
        _Instruction(_LOAD_BYTE, 0, 0, _TCP_FLAGS_AT),
        _Instruction(_JUMP_IF_SET, 0, 1, _SYN),
        _Instruction(_RETURN, 0, 0, 0),
        _Instruction(_RETURN, 0, 0, _WHOLE_PACKET),
    )
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(_Program(len(instructions), instructions)))
        return True
    return False
