#!/usr/bin/env python3
"""Runs the steps of the Containerfile in a root made by debootstrap, for machines where no container can be built.

    scripts/try_container.py --work DIR       as root, on Debian with debootstrap; DIR keeps the base system

Both stages begin with Debian's minimal system and its own Python in the place of the image that the file names; all
else is as written there: the same lock with hashes, the same files, user and command. What comes out is then run with
its root mounted read-only, /data and /tmp alone writable, as the file's user: the health check must pass, /readyz must
say that nothing is there, an article is indexed and found, and the stop signal must end it with 0.
"""

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED_ON = ("PIP_CERT", "PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "SSL_CERT_FILE", "http_proxy", "https_proxy")
PACKAGES = "python3,python3-venv,ca-certificates"
PORT = "8765"
TEMPORARY = "/tmp"  # noqa: S108 - within the root that is tried
ARTICLE = "Title: Rain\nSource: Gull\nDate: 2020-03-04\n\n“Rain is news,” Ada Brook said on Monday in Northwick.\n"


class Stage:
    """A root folder that the steps of one stage work on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        self.work = "/"
        self.user = "root"
        self.entry: list[str] = []
        self.command: list[str] = []
        self.health: list[str] = []
        self.signal = signal.SIGTERM

    def at(self, path: str) -> Path:
        """A path within the stage, on this machine."""
        return self.folder / str(Path(self.work) / path).lstrip("/")


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction of a Containerfile with what stands behind it."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        yield name.upper(), rest.strip()


def build(base: Path, work: Path) -> Stage:
    """The last stage, with all steps done."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for number, (name, rest) in enumerate(instructions((ROOT / "Containerfile").read_text(encoding="utf-8"))):
        if name == "ARG":
            continue
        print(f"== {name} {rest}", file=sys.stderr, flush=True)
        if name == "FROM":
            label = rest.partition(" AS ")[2] or f"stage{number}"
            folder = work / f"stage-{label}"
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(folder)], check=True)
            stage = stages[label] = Stage(folder)
            continue
        if stage is None:
            sys.exit(f"Containerfile: {name} stands before FROM")
        step(stage, stages, name, rest)
    if stage is None:
        sys.exit("Containerfile: has no FROM")
    return stage


def step(stage: Stage, stages: dict[str, Stage], name: str, rest: str) -> None:
    """Does one instruction."""
    if name == "ENV":
        stage.env |= dict(part.split("=", 1) for part in shlex.split(rest))
    elif name == "WORKDIR":
        stage.work = rest
        stage.at("").mkdir(parents=True, exist_ok=True)
    elif name == "RUN":
        inside(stage, ["/bin/sh", "-c", rest])
    elif name == "COPY":
        *sources, target = shlex.split(rest)
        other = stages[sources.pop(0).partition("=")[2]] if sources[0].startswith("--from=") else None
        for source in sources:
            found = other.folder / source.lstrip("/") if other else ROOT / source
            copy(found, stage.at(target), target, sent=not other)
    elif name == "USER":
        stage.user = rest
    elif name in ("ENTRYPOINT", "CMD"):
        setattr(stage, "entry" if name == "ENTRYPOINT" else "command", json.loads(rest))
    elif name == "HEALTHCHECK":
        stage.health = json.loads(rest.partition("CMD ")[2])
    elif name == "STOPSIGNAL":
        stage.signal = signal.Signals[rest]
    elif name not in ("VOLUME", "EXPOSE"):
        sys.exit(f"Containerfile: scripts/try_container.py does not know {name}")


def copy(source: Path, target: Path, named: str, *, sent: bool) -> None:
    """Copies as COPY does: a folder's contents, or a file; of this machine only what .containerignore lets through."""
    if sent and not is_sent(source.relative_to(ROOT).as_posix()):
        sys.exit(f".containerignore: leaves out {source.relative_to(ROOT)}, which the Containerfile copies")
    if source.is_dir():
        left = shutil.ignore_patterns("__pycache__") if sent else None
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=left)
        return
    target = target / source.name if named.endswith("/") else target
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def is_sent(path: str) -> bool:
    """Whether .containerignore lets a path through: the last line that fits decides."""
    sent = True
    for line in (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().lstrip("!")
        fits = fnmatch.fnmatch(path, pattern) or path.startswith(f"{pattern}/")
        if pattern and not pattern.startswith("#") and fits:
            sent = line.startswith("!")
    return sent


def inside(stage: Stage, command: Sequence[str]) -> None:
    """Runs a command in a stage, with network; exits where it fails."""
    env = {**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, **stage.env}
    shell = f"cd {shlex.quote(stage.work)} && exec {shlex.join(command)}"
    done = subprocess.run(["chroot", f"--userspec={stage.user}", str(stage.folder), "/bin/sh", "-c", shell], env=env)
    if done.returncode:
        sys.exit(f"scripts/try_container.py: {shlex.join(command)} failed with {done.returncode}")


def shut_in(stage: Stage, data: Path, command: Sequence[str], **env: str) -> list[str]:
    """A command line that runs as the stage's user, with nothing writable but /data and /tmp."""
    root = shlex.quote(str(stage.folder))
    settings = shlex.join(f"{name}={value}" for name, value in {**stage.env, **env}.items())
    start = shlex.quote(f"cd {stage.work} && exec {shlex.join(command)}")
    steps = (
        "mount --make-rprivate /",
        f"mount --bind {root} {root}",
        f"mount --bind {shlex.quote(str(data))} {root}/data",
        f"mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs {root}{TEMPORARY}",
        f"mount -t proc -o nosuid,nodev,noexec proc {root}/proc",
        f"mount -o remount,bind,ro {root}",
        f"exec chroot --userspec={stage.user}:{stage.user} {root} env -i {settings} /bin/sh -c {start}",
    )
    wall = " && ".join(steps)
    return ["unshare", "--mount", "/bin/sh", "-c", wall]


def check(stage: Stage) -> None:
    """Runs what was built; exits where it is not as it should be."""
    with tempfile.TemporaryDirectory(prefix="saywho-container-") as scratch:
        data = Path(scratch) / "data"
        shutil.copytree(stage.folder / "data", data)
        owner = (stage.folder / "data").stat()
        os.chown(data, owner.st_uid, owner.st_gid)
        Path(scratch).chmod(0o755)
        told("the user is not root", owner.st_uid != 0 and stage.user not in ("root", "0"))
        places = {"": False, "/opt/saywho": False, "/etc": False, TEMPORARY: True, "/data": True}
        for place, allowed in places.items():
            path = f"{place}/x"
            wrote = subprocess.run(shut_in(stage, data, ["/bin/sh", "-c", f"echo > {path}"]), capture_output=True)
            told(f"{path} {'can' if allowed else 'cannot'} be written", (wrote.returncode == 0) == allowed)
        serve = shut_in(stage, data, [*stage.entry, *stage.command], SAYWHO_PORT=PORT)
        with subprocess.Popen(serve) as server:
            try:
                until(lambda: asked("/healthz") == 200)
                health = [word.replace(":8000", f":{PORT}") for word in stage.health]
                told("the health check passes", subprocess.run(shut_in(stage, data, health)).returncode == 0)
                told("/readyz says that nothing is there", asked("/readyz") == 503)
                (data / "rain.txt").write_text(ARTICLE, encoding="utf-8")
                indexing = shut_in(stage, data, [*stage.entry, "index", "/data/rain.txt"])
                told("an article is indexed", subprocess.run(indexing).returncode == 0)
                told("/readyz says that it is there", asked("/readyz") == 200)
                told("it is found", asked("/search.csv?q=rain", b"Ada Brook") == 200)
                told("/metrics answers this machine", asked("/metrics", b"saywho_ready 1.0") == 200)
            finally:
                server.send_signal(stage.signal)
                told("the stop signal ends it with 0", server.wait(60) == 0)


def told(what: str, true: bool) -> None:
    """Says what was looked at; exits where it is not so."""
    print(f"{'ok' if true else 'NOT SO'}: {what}", flush=True)
    if not true:
        sys.exit(1)


def asked(path: str, within: bytes = b"") -> int:
    """The status of an address of the server, 0 where nobody answers or the answer lacks some bytes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
            return int(answer.status) if within in answer.read() else 0
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until(true) -> None:  # type: ignore[no-untyped-def]
    """Waits half a minute for something."""
    deadline = time.monotonic() + 30
    while not true():
        if time.monotonic() > deadline:
            sys.exit("scripts/try_container.py: the server does not answer")
        time.sleep(0.2)


def main() -> None:
    """Makes the base system where it is missing, does the steps, and looks at the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="keeps the base system (300 MB)")
    parser.add_argument("--suite", default="bookworm", help="Debian's release [bookworm]")
    args = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("scripts/try_container.py: needs root and debootstrap; on Debian: apt-get install debootstrap")
    work = args.work.resolve()
    base = work / "root"
    if not (base / "usr/bin/python3").exists():
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", args.suite, str(base)], check=True)
    for path in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):  # as container builders hand them in
        if Path("/", path).exists():
            shutil.copy(Path("/", path), base / path)
    check(build(base, work))
    print("all steps of the Containerfile were done, and the result serves, shut in")


if __name__ == "__main__":
    main()
