"""The supervisor: runs programs as processes, starts anew what dies, and kills what is to be killed.

What a program prints goes to a file of its own, which its sidecar reads.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from seed.shop.platform.troubles import Trouble, Troubles

STOP_SECONDS = 20
LOOK = 0.2
"""How often it looks after its programs, in seconds."""
PAUSE = 5
"""After so many looks a program that died is started anew."""

PID = "supervisor.pid"
"""The file that holds the number of the supervisor's process while it runs."""


class Program(NamedTuple):
    """One process: `python -m` its arguments. `service` is the name by which troubles find it, empty: they never do."""

    name: str
    service: str
    arguments: Sequence[str]
    environment: Mapping[str, str]


class Supervisor:
    """Programs that run as long as the block does. `folder` gets their logs, and holds their troubles."""

    def __init__(self, folder: Path, programs: Iterable[Program], say: Callable[[str], None]) -> None:
        self._folder, self._programs, self._say = folder, tuple(programs), say
        self.troubles = Troubles(troubles_in(folder))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._waits: dict[str, int] = {}
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._look_after)

    def __enter__(self) -> Self:
        logs_in(self._folder).mkdir(parents=True, exist_ok=True)
        self.troubles.end()
        (self._folder / PID).write_text(str(os.getpid()))
        for program in self._programs:
            self._start(program)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._watch.join()
        (self._folder / PID).unlink(missing_ok=True)
        self._end()

    def pid(self, name: str) -> int:
        """The process of the program. Raises KeyError where it does not run."""
        return self._running[name].pid

    def look(self) -> None:
        """See once who died, and who is to be killed."""
        for program in self._programs:
            self._look_at(program)

    def _look_after(self) -> None:
        while not self._stopping.wait(LOOK):
            self.look()

    def _look_at(self, program: Program) -> None:
        killed = bool(program.service) and self.troubles.of(program.service) is Trouble.KILL
        process = self._running.get(program.name)
        if process is None:
            self._waits[program.name] = self._waits.get(program.name, 0) + 1
            if not killed and self._waits[program.name] >= PAUSE:
                self._start(program)
        elif killed:
            process.send_signal(signal.SIGKILL)
            self._gone(program, process.wait(), "was killed on purpose")
        elif process.poll() is not None:
            self._gone(program, process.returncode, "died and is started anew")

    def _gone(self, program: Program, code: int, what: str) -> None:
        del self._running[program.name]
        self._waits[program.name] = 0
        self._say(f"{program.name} {what} (exit code {code}); its log is {self.log_of(program.name)}.")

    def log_of(self, name: str) -> Path:
        """The file that holds what the program printed."""
        return logs_in(self._folder) / f"{name}.log"

    def _start(self, program: Program) -> None:
        command = [sys.executable, "-m", *program.arguments]
        environment = os.environ | program.environment
        with self.log_of(program.name).open("ab") as log:
            # a session of its own: Ctrl-C reaches the supervisor alone, which ends the others
            self._running[program.name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def _end(self) -> None:
        """Those who ask end before those who answer, each group at once."""
        for group in _groups(self._programs):
            processes = [self._running[one.name] for one in group if one.name in self._running]
            for process in processes:
                process.terminate()
            for process in processes:
                _wait(process)


def logs_in(folder: Path) -> Path:
    """Where the logs of the programs of a shop in that folder are."""
    return folder / "logs"


def troubles_in(folder: Path) -> Path:
    """Where the troubles of a shop in that folder are kept."""
    return folder / "troubles"


def runs_in(folder: Path) -> bool:
    """Whether a supervisor runs on that folder."""
    try:
        os.kill(int((folder / PID).read_text()), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def _groups(programs: Sequence[Program]) -> Iterator[list[Program]]:
    """The programs in the order in which they end, those of one rank together."""
    askers = [one for one in programs if one.service in {"customers", "gateway"}]
    registry = [one for one in programs if one.service == "registry"]
    yield askers
    yield [one for one in programs if one not in askers and one not in registry]
    yield registry  # after all have told it that they leave


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
