"""An echo as a process, to be killed: `python -m tests.shop.echo`, its settings from the environment."""

import os

from seed.shop.host import Host
from seed.shop.platform.discovery import register
from seed.shop.settings import Settings
from tests.shop.mesh import Echo

if __name__ == "__main__":
    started = Host(Settings.load(os.environ))
    Echo(started)
    register(started)
    started.run()
