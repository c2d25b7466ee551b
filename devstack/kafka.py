"""Genuine Kafka from Maven's jars: one KRaft node that is broker and controller at once."""

import re
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from devstack.command import CACHE, ROOT, Command, fetch_once, require_tool, run
from devstack.errors import StackError
from devstack.ports import HOST

VERSION = "4.1.1"
_LIBS = CACHE / f"kafka-{VERSION}"
_OLDEST_JAVA = 17
_INSTALL_JAVA = "sudo apt-get install -y openjdk-17-jre-headless (or use Docker with its compose plugin)"
_INSTALL_MAVEN = "sudo apt-get install -y maven (or use Docker with its compose plugin)"
_FETCH_LIMIT_S = 300.0
_FORMAT_LIMIT_S = 60.0


def ensure_jars() -> None:
    """Fetch Kafka's jars once (54 MB) into the cache.

    Raises StackError when Java or Maven is missing, Java is too old or the download fails.
    """
    _require_java()
    fetch_once(_LIBS, _fetch_jars)


def _require_java() -> None:
    java = require_tool("java", _INSTALL_JAVA)
    # Since Java 9 the first number is the release; a JVM prints it on standard error.
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    release = re.search(r'version "(\d+)', shown)
    if release is None or int(release[1]) < _OLDEST_JAVA:
        raise StackError(f"Kafka needs Java {_OLDEST_JAVA} or later. Install it with: {_INSTALL_JAVA}")


def _fetch_jars(into: Path) -> None:
    copy = ["-f", str(ROOT / "devstack" / "pom.xml"), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    run(
        [require_tool("mvn", _INSTALL_MAVEN), "-B", "-q", *copy, f"-DoutputDirectory={into}"],
        seconds=_FETCH_LIMIT_S,
        what="fetching Kafka's jars with Maven",
    )


def prepare(data: Path, port: int, controller_port: int) -> None:
    """Write the broker's settings and, the first time, format its storage in `data`.

    Raises StackError when Kafka's own tool refuses to format.
    """
    data.mkdir(parents=True, exist_ok=True)
    _settings(data).write_text(_properties(data / "log", port, controller_port))
    if (data / "log" / "meta.properties").exists():
        return
    cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    format_storage = ["format", f"--cluster-id={cluster_id}", "--config", str(_settings(data))]
    run(
        [*_java(data, "256m"), "kafka.tools.StorageTool", *format_storage],
        seconds=_FORMAT_LIMIT_S,
        what="formatting Kafka's storage",
    )


def command(data: Path) -> Command:
    """Return how to run the broker whose storage `prepare` made in `data`."""
    return Command((*_java(data, "512m"), "kafka.Kafka", str(_settings(data))))


def listeners(port: int, controller_port: int, further: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Return the broker's settings of where it listens.

    `further`: by name, the port that a listener is at, and the one that its clients are told, such as a proxy's.
    """
    at = {"HOST": port, "CONTROLLER": controller_port} | {name: own for name, (own, _) in further.items()}
    told = {"HOST": port} | {name: public for name, (_, public) in further.items()}
    return {
        "listeners": ",".join(f"{name}://{HOST}:{own}" for name, own in at.items()),
        "advertised.listeners": ",".join(f"{name}://{HOST}:{public}" for name, public in told.items()),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in at),
    }


def _settings(data: Path) -> Path:
    return data / "server.properties"


def _java(data: Path, heap: str) -> list[str]:
    log4j = f"-Dlog4j2.configurationFile={ROOT / 'devstack' / 'log4j2.properties'}"
    tuning = [f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
    return ["java", *tuning, f"-Dkafka.logs.dir={data}", log4j, "-cp", str(_LIBS / "*")]


def _properties(log: Path, port: int, controller_port: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        **listeners(port, controller_port, {}),
        "inter.broker.listener.name": "HOST",
        "log.dirs": str(log),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "12",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "12",
        "group.initial.rebalance.delay.ms": "0",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
