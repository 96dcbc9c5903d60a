"""Child processes that write until they are killed, and acknowledge through a pipe what they have committed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from random import Random
from typing import Any

from benchmarks.ground import PROCESSES
from benchmarks.reliability.oracle import Batch

PATIENCE = 120.0
"""Seconds after which a child that says nothing is a failure of its own."""


def die() -> None:
    """End this very process as a power switch would: nothing is flushed, closed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def batches(writer: str, random: Random, largest: int = 6) -> Iterator[Batch]:
    """An endless row of batches of 1 to `largest` events."""
    number = 0
    while True:
        number += 1
        yield Batch(writer, number, random.randint(1, largest))


class Child:
    """A running child process and the acknowledgements that came from it."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self.reader, writer = PROCESSES.Pipe(duplex=False)
        self.process: BaseProcess = PROCESSES.Process(target=target, args=(writer, *arguments))
        self.process.start()
        writer.close()
        self.acknowledged: list[Any] = []

    def hear(self) -> bool:
        """Take in the next acknowledgement; False when the child has ended."""
        if not self.reader.poll(PATIENCE):
            self.kill()
            raise TimeoutError(f"A child said nothing for {PATIENCE:.0f} s. Look at what it waits for.")
        try:
            self.acknowledged.append(self.reader.recv())
        except (EOFError, OSError):
            return False
        return True

    def hear_all(self) -> list[Any]:
        """Everything that the child acknowledges until it ends."""
        while self.hear():
            pass
        self.process.join(PATIENCE)
        self.reader.close()
        if self.process.exitcode not in (0, -signal.SIGKILL):
            raise RuntimeError(f"A child ended with {self.process.exitcode}: its traceback stands above.")
        return self.acknowledged

    def kill(self) -> None:
        """SIGKILL, now."""
        self.process.kill()

    def kill_after(self, acknowledgements: int, extra_seconds: float) -> list[Any]:
        """Kill the child `extra_seconds` after so many acknowledgements; what it had acknowledged until its end."""
        while len(self.acknowledged) < acknowledgements and self.hear():
            pass
        time.sleep(extra_seconds)  # the random instant of the fault; nothing is synchronised by it
        self.kill()
        return self.hear_all()


@contextmanager
def running(target: Callable[..., None], *lots: tuple[Any, ...]) -> Iterator[list[Child]]:
    """One child for each lot of arguments; those still alive at the end are killed."""
    children = [Child(target, *lot) for lot in lots]
    try:
        yield children
    finally:
        for child in children:
            if child.process.is_alive():
                child.kill()
            child.process.join(PATIENCE)


def acknowledge(pipe: Connection, what: object) -> None:
    """Tell the parent; if that is gone, end."""
    try:
        pipe.send(what)
    except BrokenPipeError:
        os._exit(0)
