"""The bulkhead: only so many calls to one service run at a time, so that a slow one takes no thread from the others."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from seed.shop.errors import BulkheadFull


class Bulkhead:
    """One caller's room for calls to one callee: `size` at a time, 0: any number. Shared by threads."""

    def __init__(self, callee: str, size: int) -> None:
        self._callee, self._size = callee, size
        self._free = threading.BoundedSemaphore(max(size, 1))

    def room(self) -> AbstractContextManager[None]:
        """Room for one call while the block runs. Raises BulkheadFull at once where there is none: nobody queues."""
        return self._taken() if self._size else nullcontext()

    @contextmanager
    def _taken(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise BulkheadFull(self._callee, self._size)
        try:
            yield
        finally:
            self._free.release()
