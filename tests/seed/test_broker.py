"""The broker from the jars: it keeps its data through a kill, and says why where it cannot run."""

from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from seed.broker import Broker, BrokerDied, broker


def make_topic(servers: str, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(name, 1, 1)])
    admin.close()


def send(servers: str, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=servers)
    producer.send(topic, value).get(timeout=30)
    producer.close()


def values(servers: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=30_000)
    consumer.assign([TopicPartition(topic, 0)])
    taken = [next(consumer).value for _ in range(count)]
    consumer.close()
    return taken


@pytest.mark.real("kafka")
def test_what_was_acknowledged_survives_a_kill_and_a_restart(tmp_path: Path) -> None:
    with broker(tmp_path) as first:
        make_topic(first.servers, "kept")
        send(first.servers, "kept", b"before the kill")
        first.kill()
        first.start()
        send(first.servers, "kept", b"after it")
    with broker(tmp_path) as second:
        assert values(second.servers, "kept", 2) == [b"before the kill", b"after it"]


@pytest.mark.real("kafka")
def test_a_taken_port_is_an_error_with_the_log(tmp_path: Path) -> None:
    with broker(tmp_path / "first") as first:
        second = Broker(tmp_path / "second", port=first.port)
        with pytest.raises(BrokerDied, match="Address already in use") as refused:
            second.start()
        assert str(tmp_path / "second" / "broker.log") in str(refused.value)
        assert second.pid is None


@pytest.mark.real("kafka")
def test_its_process_is_gone_after_the_block(tmp_path: Path) -> None:
    with broker(tmp_path) as running:
        assert running.pid is not None
        stat = Path(f"/proc/{running.pid}")
        assert stat.exists() or not Path("/proc/self").exists()
    assert not stat.exists()
