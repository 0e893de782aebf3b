"""An OpenSearch cluster's address -> a connection that asks every node, and says in plain words what went wrong."""

import contextlib
import ipaddress
import logging
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import EngineUnreachableError, SaywhoError, UsageError
from index.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,60}")
_TRIES = 3
"""Other nodes that are asked when one does not answer."""
_PATIENCE = 30.0
"""Seconds for which a node may be silent."""
_TOO_BUSY = (429, 502, 503, 504)


class ClusterError(SaywhoError):
    """The cluster refused what was asked; the message has its reason."""


class AskedTooLongError(ClusterError):
    """The cluster gave a question up."""


class Connection:
    """All nodes of one cluster; safe to share between threads. `name` is what indexes and alias begin with."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.opensearch_name
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"SAYWHO_OPENSEARCH_NAME is '{self.name}'; it takes small letters, digits and _")
        self.nodes = nodes_of(settings.opensearch_url)
        # It warns of every node that is tried in vain and of every "not found"; what matters is raised.
        logging.getLogger("opensearch").setLevel(logging.ERROR)
        self._client = _client(settings, self.nodes)

    @property
    def shown(self) -> str:
        """The addresses, without anybody's password."""
        return ", ".join(self.nodes)

    @contextlib.contextmanager
    def asking(self) -> Iterator[Any]:
        """The client; what it raises becomes an EngineUnreachableError or a ClusterError. None of it is an answer."""
        from opensearchpy import exceptions

        try:
            yield self._client
        except exceptions.ConnectionError as error:  # timeouts and TLS among them
            reason = str(error.info) if error.info else str(error)
            raise EngineUnreachableError(self.shown, reason.splitlines()[0][:200]) from error
        except exceptions.TransportError as error:
            if error.status_code in _TOO_BUSY:
                raise EngineUnreachableError(self.shown, f"answers {error.status_code}: {_reason(error)}") from error
            if error.status_code in (401, 403):
                raise ClusterError(
                    f"the cluster at {self.shown} refuses this user; set SAYWHO_OPENSEARCH_USER and "
                    "SAYWHO_OPENSEARCH_PASSWORD"
                ) from error
            raise ClusterError(f"the cluster at {self.shown} answers {error.status_code}: {_reason(error)}") from error
        except exceptions.OpenSearchException as error:
            raise ClusterError(f"the cluster at {self.shown}: {error}") from error

    def search(self, index: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """One search. AskedTooLongError where it took too long; never half an answer."""
        with self.asking() as client:
            answer = client.search(index=index, body=body, params={"allow_partial_search_results": "false", **options})
        if answer.get("timed_out"):
            raise AskedTooLongError("the cluster gave the question up")
        return dict(answer)

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()


def nodes_of(given: str) -> list[str]:
    """The nodes' addresses. UsageError: one is none, has a password in it, or is far away and not encrypted."""
    nodes = [one.strip().rstrip("/") for one in given.split(",") if one.strip()]
    if not nodes:
        raise UsageError(
            "SAYWHO_ENGINE is 'opensearch', but no cluster is named; set SAYWHO_OPENSEARCH_URL, as "
            "https://node1.example.org:9200,https://node2.example.org:9200"
        )
    for node in nodes:
        try:
            parts = urllib.parse.urlsplit(node)
            port = parts.port
        except ValueError:
            parts, port = urllib.parse.urlsplit(""), None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise UsageError(f"SAYWHO_OPENSEARCH_URL has '{_bare(node)}'; it takes addresses as https://host:9200")
        if parts.username or parts.password:
            raise UsageError(
                f"SAYWHO_OPENSEARCH_URL has a user or password in '{_bare(node)}'; put them into "
                "SAYWHO_OPENSEARCH_USER and SAYWHO_OPENSEARCH_PASSWORD"
            )
        if parts.scheme == "http" and not _is_here(parts.hostname):
            raise UsageError(
                f"SAYWHO_OPENSEARCH_URL has '{node}': only a cluster on this machine may be asked without TLS; use "
                f"https://{parts.hostname}{f':{port}' if port else ''}"
            )
    return nodes


def _bare(node: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", node)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _client(settings: Settings, nodes: list[str]) -> Any:
    try:
        from opensearchpy import OpenSearch
    except ModuleNotFoundError as error:
        raise UsageError("SAYWHO_ENGINE=opensearch needs opensearch-py; type: pip install '.[cluster]'") from error
    hosts = []
    for node in nodes:
        parts = urllib.parse.urlsplit(node)
        secure = parts.scheme == "https"
        hosts.append({"host": parts.hostname, "port": parts.port or (443 if secure else 9200), "use_ssl": secure})
    more: dict[str, Any] = {}
    if any(host["use_ssl"] for host in hosts):
        more = {"use_ssl": True, "verify_certs": True, "ssl_show_warn": False}
        if settings.opensearch_ca:
            if not Path(settings.opensearch_ca).is_file():
                raise UsageError(f"SAYWHO_OPENSEARCH_CA is '{settings.opensearch_ca}', where there is no file")
            more["ca_certs"] = settings.opensearch_ca
    if settings.opensearch_user:
        more["http_auth"] = (settings.opensearch_user, settings.opensearch_password)
    return OpenSearch(
        hosts=hosts,
        max_retries=_TRIES,
        retry_on_timeout=True,
        timeout=_PATIENCE,
        http_compress=False,
        pool_maxsize=16,
        **more,
    )


def _reason(error: Any) -> str:
    info = error.info if isinstance(error.info, dict) else {}
    found = info.get("error", error.error)
    if isinstance(found, dict):
        causes = found.get("root_cause") or [found]
        found = causes[0].get("reason") or found.get("reason") or found.get("type")
    return str(found)[:300]
