"""A real Kafka broker without Docker: Apache Kafka's jars from Maven Central, one node, loopback only.

For trials and tests. It needs Java 17 or newer, and Maven once, to fetch the jars. Its data has one copy and no
password: never put anything there that is kept nowhere else.
"""

from seed.broker.errors import BrokerDied, BrokerError, BrokerNotInstalled
from seed.broker.jars import fetch, missing_here
from seed.broker.process import Broker, broker, free_port

__all__ = ["Broker", "BrokerDied", "BrokerError", "BrokerNotInstalled", "broker", "fetch", "free_port", "missing_here"]
