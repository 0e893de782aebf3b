"""How a worker's memory is kept: questions make and drop arrays of some megabytes all the time."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of mallopt(3)."""
_KEPT = 256 << 20
"""Bytes of freed memory that may stay with the process."""
_LARGEST = 32 << 20
"""Bytes of an array for which the system is asked anew each time; glibc allows no more."""


def keep_freed() -> None:
    """Freed memory stays with the process and is used again; call it before threads start.

    glibc hands every array of more than 128 KiB back to the system and asks for it again, zeroed, a page at a time:
    that was a tenth of a server's time. One arena for all threads bounds what is kept. Elsewhere nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # not glibc
        return
    for option, value in ((_ARENA_MAX, 1), (_TRIM_THRESHOLD, _KEPT), (_MMAP_THRESHOLD, _LARGEST)):
        mallopt(option, value)
