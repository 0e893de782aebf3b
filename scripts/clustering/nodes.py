"""Three OpenSearch nodes on the loopback: fetched with Maven, started, killed one by one, stopped.

The distribution `integ-test-zip` is what OpenSearch's own tests run on: the whole server without modules, no JDK in it.
Two nodes would not do: with one of them gone there is no cluster manager.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

VERSION = "3.4.0"
_COORDINATES = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
_OLDEST_JAVA = 21
_NOBODY = 65534
"""OpenSearch refuses to run as root; this user has nothing."""
_PATIENCE = 600.0
"""Seconds until a cluster must be there."""


class NoClusterError(Exception):
    """There can be no cluster on this machine; the message says what is missing."""


def java_home(environ: Mapping[str, str] = os.environ) -> Path:
    """A JDK or JRE that is new enough: the one that variables name, else the newest that is installed."""
    named = [Path(environ[name]) for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME") if environ.get(name)]
    installed = sorted(Path("/usr/lib/jvm").glob("*")) if Path("/usr/lib/jvm").is_dir() else []
    found = {home: number for home in (*named, *installed) if (number := _java_version(home)) >= _OLDEST_JAVA}
    for home in named:
        if home in found:
            return home
    if not found:
        raise NoClusterError(
            f"OpenSearch {VERSION} needs Java {_OLDEST_JAVA} or newer; install one and set OPENSEARCH_JAVA_HOME"
        )
    return max(found, key=found.__getitem__)


def _java_version(home: Path) -> int:
    with contextlib.suppress(OSError):
        if match := re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text(encoding="utf-8")):
            return int(match[1]) if os.access(home / "bin" / "java", os.X_OK) else 0
    return 0


def distribution(folder: Path) -> Path:
    """The unpacked server below `folder`, fetched where it is not there yet. NoClusterError: it cannot be had."""
    target = folder / f"opensearch-{VERSION}"
    if target.is_dir():
        return target
    maven = shutil.which("mvn")
    if maven is None:
        raise NoClusterError("Maven (mvn) is needed to fetch OpenSearch; install it")
    environ = {**os.environ, "JAVA_HOME": str(java_home())}
    fetch = "org.apache.maven.plugins:maven-dependency-plugin"
    folder.mkdir(parents=True, exist_ok=True)
    for goal in (
        [f"{fetch}:get", f"-Dartifact={_COORDINATES}", "-Dtransitive=false"],
        [f"{fetch}:copy", f"-Dartifact={_COORDINATES}", f"-DoutputDirectory={folder}"],
    ):
        done = subprocess.run([maven, "-q", "-B", *goal], env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoClusterError(f"{_COORDINATES} could not be fetched: {(done.stdout + done.stderr)[-500:].strip()}")
    archive = folder / f"opensearch-{VERSION}.zip"
    unpacking = folder / f".unpacking-{os.getpid()}"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(unpacking)
    for script in (unpacking / target.name / "bin").iterdir():
        script.chmod(0o755)
    (unpacking / target.name).rename(target)
    shutil.rmtree(unpacking)
    return target


class Nodes:
    """A cluster of nodes in `folder`; use it as a context manager. Nothing of it is left behind but its folder."""

    def __init__(self, folder: Path, server: Path, count: int = 3, heap: str = "512m") -> None:
        self._folder, self._server, self._heap = folder, server, heap
        ports = _free_ports(2 * count)
        self._http, self._transport = ports[:count], ports[count:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """All nodes' addresses, as SAYWHO_OPENSEARCH_URL takes them."""
        return ",".join(f"http://127.0.0.1:{port}" for port in self._http)

    @property
    def bytes(self) -> int:
        """What the nodes' data take on disk."""
        return sum(path.stat().st_size for path in self._folder.glob("node*/data/**/*") if path.is_file())

    def __enter__(self) -> "Nodes":
        try:
            for number in range(len(self._http)):
                self.start(number)
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, number: int) -> None:
        """Starts one node; the first time it is given its folder."""
        folder = self._folder / f"node{number}"
        if not folder.exists():
            self._furnish(number, folder)
        root = os.geteuid() == 0
        environ = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(folder),
            "OPENSEARCH_JAVA_HOME": str(java_home()),
            "OPENSEARCH_PATH_CONF": str(folder / "config"),
            "OPENSEARCH_TMPDIR": str(folder / "tmp"),
            "OPENSEARCH_JAVA_OPTS": f"-Xms{self._heap} -Xmx{self._heap}",
        }
        with (folder / "logs" / "stdout").open("ab") as out:
            self._processes[number] = subprocess.Popen(
                [self._server / "bin" / "opensearch"],
                env=environ,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=_NOBODY if root else None,
                group=_NOBODY if root else None,
                extra_groups=[] if root else None,
            )

    def kill(self, number: int) -> None:
        """Kills one node as a power cut would (SIGKILL)."""
        process = self._processes.pop(number)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait(self, colour: str = "green", nodes: int | None = None) -> None:
        """Until all nodes have found one another and the cluster has that colour."""
        wanted = len(self._processes) if nodes is None else nodes
        end = time.monotonic() + _PATIENCE
        last = "nothing answered"
        while time.monotonic() < end:
            for number in self._processes:
                address = (
                    f"http://127.0.0.1:{self._http[number]}/_cluster/health?wait_for_status={colour}"
                    f"&wait_for_nodes={wanted}&timeout=5s"
                )
                try:
                    with urllib.request.urlopen(address, timeout=10) as answer:
                        if answer.status == 200:
                            return
                except (OSError, urllib.error.URLError) as error:
                    last = str(error)
            if dead := [number for number, process in self._processes.items() if process.poll() is not None]:
                raise NoClusterError(f"node {dead[0]} of the cluster ended by itself: {self._log(dead[0])}")
            time.sleep(1)
        raise NoClusterError(f"the cluster was not {colour} after {_PATIENCE:g} s: {last}")

    def stop(self) -> None:
        """Stops all nodes."""
        for number in list(self._processes):
            self.kill(number)

    def _log(self, number: int) -> str:
        with contextlib.suppress(OSError):
            return (self._folder / f"node{number}" / "logs" / "stdout").read_text(errors="replace")[-800:]
        return "no log"

    def _furnish(self, number: int, folder: Path) -> None:
        for name in ("data", "logs", "tmp"):
            (folder / name).mkdir(parents=True)
        shutil.copytree(self._server / "config", folder / "config")
        # The paths in it are relative to where the server is installed, which is not this node's to write to.
        options = (folder / "config" / "jvm.options").read_text(encoding="utf-8")
        options = options.replace("logs/", f"{folder}/logs/").replace("=data", f"={folder}/data")
        (folder / "config" / "jvm.options").write_text(options, encoding="utf-8")
        names = [f"node{one}" for one in range(len(self._http))]
        settings = {
            "cluster.name": f"saywho-{self._transport[0]}",
            "node.name": names[number],
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "network.host": "127.0.0.1",
            "http.port": self._http[number],
            "transport.port": self._transport[number],
            "discovery.seed_hosts": _listed(f"127.0.0.1:{port}" for port in self._transport),
            "cluster.initial_cluster_manager_nodes": _listed(names),
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "indices.breaker.total.use_real_memory": "false",
        }
        lines = "".join(f"{name}: {value}\n" for name, value in settings.items())
        (folder / "config" / "opensearch.yml").write_text(lines, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)


def _listed(values: object) -> str:
    return "[" + ", ".join(values) + "]"  # type: ignore[arg-type]


def _free_ports(count: int) -> Sequence[int]:
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            one = stack.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            found.append(one.getsockname()[1])
        return found
