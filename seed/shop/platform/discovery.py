"""Discovery: a program's own view of where the others are, refreshed in the background.

No call waits for the registry, and when it is dead the last view serves: who is gone is noticed when called.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count

import httpx
import msgspec

from eventstore import clock
from seed.shop.host import Host
from seed.shop.messages import encode
from seed.shop.platform.registry import HEARTBEAT, Instance, View

REFRESH = 1.0
"""How old the view may be, in seconds, while the registry lives."""
REST = 2.0
"""For so many seconds an instance that did not answer is asked after all others."""


class Discovery:
    """Finds the instances of services. May be shared by threads."""

    def __init__(self, host: Host) -> None:
        self._registry = _Registry(host)
        self._view: Mapping[str, list[Instance]] = {}
        self._turns: defaultdict[str, count[int]] = defaultdict(count)
        self._resting: dict[Instance, float] = {}
        host.at_end(self._registry.close)
        if host.settings.registry:
            host.every(REFRESH, "discovery", self.refresh)

    def refresh(self) -> None:
        """Ask the registry. One that has just started takes nobody out of the view."""
        answer = self._registry.ask("GET", "/instances")
        if answer is not None:
            found = msgspec.json.decode(answer, type=View)
            self._view = found.instances if found.settled else {**self._view, **found.instances}

    def instances(self, service: str) -> Sequence[Instance]:
        """Its instances in the order in which to try them: the first is another each time."""
        found = self._view.get(service)
        if not found:
            return ()
        turn, now = next(self._turns[service]) % len(found), clock.elapsed()
        return sorted(found[turn:] + found[:turn], key=lambda one: self._resting.get(one, 0.0) > now)

    def rest(self, instance: Instance) -> None:
        """It did not answer: ask the others first for a while."""
        self._resting[instance] = clock.elapsed() + REST


def register(host: Host) -> None:
    """Have the host tell the registry that it lives, as long as it lives."""
    if not host.settings.registry:
        return
    registry, settings = _Registry(host), host.settings

    def leave() -> None:
        registry.ask("DELETE", f"/instances/{settings.name}/{settings.instance}")
        registry.close()

    def beat() -> None:
        direct = f"http://127.0.0.1:{host.port}"
        me = Instance(settings.name, settings.instance, settings.sidecar or direct, direct)
        registry.ask("POST", "/instances", me)

    host.every(HEARTBEAT, "heartbeat", beat)
    host.at_end(leave)


class _Registry:
    """The way to the registry. That it does not answer is no failure of ours: it is logged once."""

    def __init__(self, host: Host) -> None:
        self._host, self._answers = host, True
        self._client = httpx.Client(base_url=host.settings.registry, timeout=1.0, transport=host.transport())

    def ask(self, method: str, path: str, said: Instance | None = None) -> bytes | None:
        try:
            answer = self._client.request(method, path, content=b"" if said is None else encode(said))
            answer.raise_for_status()
        except httpx.HTTPError as error:
            self._note(answers=False, reason=type(error).__name__)
            return None
        self._note(answers=True)
        return answer.content

    def close(self) -> None:
        self._client.close()

    def _note(self, *, answers: bool, **more: str) -> None:
        if answers is not self._answers:
            self._answers = answers
            text = "the registry answers again" if answers else "the registry does not answer; the last view serves"
            self._host.log("info" if answers else "warning", text, **more)
