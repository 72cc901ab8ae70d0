"""Ctrl-C and the signals to end: all of them raise KeyboardInterrupt."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, signal.default_int_handler)


@contextmanager
def postponed() -> Iterator[None]:
    """An interruption raises at the end of the block, not inside.

    Python drops an exception raised inside its own callbacks, of which importing has many:
    ctrl-c would be lost.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
