"""The broker's jars: where they are kept, and how they are fetched from Maven Central."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from seed.broker.errors import BrokerNotInstalled

VERSION = "4.4.0"
"""Of Apache Kafka; pom.xml names the same."""
OLDEST_JAVA = 17
POM = Path(__file__).parent / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
INSTALL_JAVA = "Install Java 17 or newer: apt-get install default-jre-headless, or brew install openjdk."
INSTALL_MAVEN = "Install Maven, once, to fetch the jars: apt-get install maven, or brew install maven."


def folder() -> Path:
    """Where the jars are kept, for all of this user's checkouts."""
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache_folder / "chronoscope" / f"kafka-{VERSION}"


def jars() -> Sequence[Path]:
    """The jars in the order of the class path; none where they were not fetched."""
    return sorted(folder().glob("*.jar"))


@cache
def missing_here() -> str | None:
    """Why no broker can be started here without a download, or None."""
    try:
        java()
    except BrokerNotInstalled as missing:
        return missing.reason
    return None if jars() else f"the jars of Kafka {VERSION} were not fetched yet"


@cache
def java() -> str:
    """The `java` program. Raises BrokerNotInstalled where there is none, or one older than 17."""
    program = shutil.which("java")
    told = _told(program) if program else ""
    version = re.search(r'version "(\d+)', told)
    if program is None or version is None:
        raise BrokerNotInstalled("there is no Java", INSTALL_JAVA)
    if int(version[1]) < OLDEST_JAVA:
        raise BrokerNotInstalled(f"its Java is version {version[1]}", INSTALL_JAVA)
    return program


def _told(program: str) -> str:
    return subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr


def fetch() -> Sequence[Path]:
    """The jars, fetched (about 43 MB) where they are not here yet.

    They appear all or none. Raises BrokerNotInstalled where Maven is missing or cannot fetch them.
    """
    if jars():
        return jars()
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerNotInstalled(f"the jars of Kafka {VERSION} were not fetched yet", INSTALL_MAVEN)
    folder().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder().parent) as unfinished:
        _copy(maven, Path(unfinished))
    missing_here.cache_clear()
    return jars()


def _copy(maven: str, unfinished: Path) -> None:
    shutil.copy(POM, unfinished)
    # strict checksums: a jar that came damaged is refused, not warned about
    command = [maven, "-q", "-B", "--strict-checksums", COPY, "-DincludeScope=runtime", "-DoutputDirectory=jars"]
    copied = subprocess.run(command, cwd=unfinished, capture_output=True, text=True, check=False)
    if copied.returncode:
        reason = f"Maven could not fetch the jars: {' '.join(copied.stdout.split())[-600:]}"
        raise BrokerNotInstalled(reason, "Check the network, or a mirror in ~/.m2/settings.xml, and try again.")
    if not folder().exists():  # another process may have been faster
        (unfinished / "jars").rename(folder())
