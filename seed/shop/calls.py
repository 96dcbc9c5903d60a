"""Calls from one program to another: with the trace, and never longer than the caller's patience."""

from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from seed.shop.errors import Unreachable
from seed.shop.messages import encode
from seed.shop.trace import headers


class Caller:
    """Calls one other program at `address`. A call takes at most `patience` seconds. May be shared by threads."""

    def __init__(self, program: str, address: str, patience: float) -> None:
        self._program = program
        self._client = httpx.Client(base_url=address, timeout=patience)

    def post(self, path: str, said: Any) -> Any:
        """The answer, as a value. Raises Unreachable where none comes in time, or the program says that it failed."""
        try:
            answer = self._client.post(path, content=encode(said), headers=headers())
        except httpx.HTTPError as error:
            raise Unreachable(self._program, type(error).__name__) from error
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Unreachable(self._program, f"status {answer.status_code}")
        return msgspec.json.decode(answer.content)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()
