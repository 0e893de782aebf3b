"""The examples for running a server are what the programs that read them accept."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.settings import Settings
from scripts import try_container
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SERVICE = (DEPLOY / "saywho.service").read_text(encoding="utf-8")
MOST_EXPOSED = 2.0
"""What `systemd-analyze security` may call the service, of 10."""


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def run(*command: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The service with a program that is there."""
    path = tmp_path / "saywho.service"
    path.write_text(SERVICE.replace("/opt/saywho/.venv/bin/saywho", sys.executable), encoding="utf-8")
    return path


@needs("systemd-analyze")
def test_systemd_takes_the_service(unit: Path) -> None:
    found = run("systemd-analyze", "verify", "--man=no", unit)
    assert (found.returncode, found.stderr) == (0, "")


@needs("systemd-analyze")
def test_systemd_finds_a_mistake(unit: Path) -> None:
    unit.write_text(SERVICE.replace("ProtectSystem=strict", "ProtectSytem=strict"), encoding="utf-8")
    assert "ProtectSytem" in run("systemd-analyze", "verify", "--man=no", unit).stderr


@needs("systemd-analyze")
def test_the_service_is_shut_in(unit: Path) -> None:
    found = run("systemd-analyze", "security", "--offline=true", unit)
    told = re.search(r"Overall exposure level for saywho\.service: ([0-9.]+)", found.stdout)
    if told is None:
        pytest.skip(f"this systemd does not judge files: {found.stderr.strip()}")
    assert float(told[1]) <= MOST_EXPOSED


def test_it_waits_for_answers_under_way() -> None:
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", SERVICE, re.MULTILINE)[0]) > Settings().grace


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    made = run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem", "-subj", "/CN=quotes.example.org"),
    )
    assert made.returncode == 0, made.stderr
    return tmp_path


@needs("nginx")
@needs("openssl")
def test_nginx_takes_the_site(certificate: Path) -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (certificate / "site.conf").write_text(site.replace("/etc/letsencrypt/live/quotes.example.org", str(certificate)))
    (certificate / "proxy_params").write_text("proxy_set_header Host $host;\n")
    whole = f"events {{}}\npid {certificate}/pid;\nerror_log stderr;\nhttp {{ include {certificate}/site.conf; }}\n"
    (certificate / "nginx.conf").write_text(whole)
    found = run("nginx", "-t", "-p", certificate, "-c", certificate / "nginx.conf")
    assert found.returncode == 0, found.stderr
    assert "warn" not in found.stderr


@needs("caddy")
def test_caddy_takes_the_site(tmp_path: Path) -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert found.returncode == 0, found.stderr


def test_what_the_container_copies_is_there_and_is_sent() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    copied = [rest.split()[:-1] for name, rest in try_container.instructions(text) if name == "COPY"]
    here = [one for some in copied if not some[0].startswith("--from=") for one in some]
    assert len(here) > 5
    assert all((ROOT / one).exists() and try_container.is_sent(one) for one in here)
    assert not any(map(try_container.is_sent, (".git", "saywho-data", "tests", "docs/serving.md", ".venv/x")))


def test_the_container_is_not_roots_and_installs_what_is_locked() -> None:
    steps = list(try_container.instructions((ROOT / "Containerfile").read_text(encoding="utf-8")))
    installs = [rest for name, rest in steps if name == "RUN" and "pip install" in rest]
    assert len(installs) == 2
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    assert [rest for name, rest in steps if name == "USER"] == ["saywho"]
    assert {"HEALTHCHECK", "VOLUME", "STOPSIGNAL"} <= {name for name, _ in steps}
