"""A client of Dask's scheduler: one that is running, or one that is started for a run on this machine."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from typing import Any

from index.cluster.extracting import leave_ctrl_c
from index.errors import DaskError
from index.extract.workers import extractor_version

LOCAL = "local"
ANSWER_SECONDS = 10
"""How long a scheduler may take to answer."""
WORKERS_SECONDS = 60
"""How long a cluster may be without workers."""
PATIENCE = 12
"""How often a task is handed in again when workers die around it."""


@contextlib.contextmanager
def connected(address: str, jobs: int) -> Iterator[Any]:
    """A client of a scheduler that answers and has workers; of one with `jobs` processes of this machine for `local`.

    DaskError where Dask is not installed, or nobody answers.
    """
    dask, distributed = _libraries()
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}))
        if address != LOCAL:
            yield stack.enter_context(_there(distributed, address))
            return
        # A worker's death counts against all that waited there; which task it died of is looked for elsewhere.
        stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": PATIENCE}))
        # Dask's own scratch folder would be made in the folder that one happens to be in.
        scratch = tempfile.TemporaryDirectory(prefix="saywho-dask-", ignore_cleanup_errors=True)
        cluster = distributed.LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            local_directory=stack.enter_context(scratch),
            silence_logs=logging.CRITICAL,
        )
        client = stack.enter_context(distributed.Client(stack.enter_context(cluster), set_as_default=False))
        client.register_plugin(_ready(distributed)())
        yield client


def said(error: BaseException) -> str:
    """An error's first line."""
    text = str(error).splitlines()
    return text[0] if text else type(error).__name__


def _there(distributed: Any, address: str) -> Any:
    """A client of a scheduler that is running."""
    try:
        client = distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise DaskError(
            f"{address}: Dask's scheduler does not answer ({said(error)}); is it running, and is this the address that "
            "it printed?"
        ) from error
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        client.close()
        raise DaskError(
            f"{address}: the scheduler has no workers; start some: dask worker {address} --nthreads 1 --nworkers -1"
        ) from None
    return client


def _ready(distributed: Any) -> Any:
    class Ready(distributed.WorkerPlugin):  # type: ignore[misc]
        """Makes a worker process ready: no Ctrl-C, and the extractor loaded, once."""

        name = "saywho"

        def setup(self, worker: Any) -> None:
            leave_ctrl_c()
            extractor_version()

    return Ready


def _libraries() -> tuple[Any, Any]:
    try:
        import dask
        import fsspec
        import pyarrow

        # What goes wrong is said by us; Dask would say it too, at length.
        dask.config.set({"logging": {"distributed": "critical", "distributed.client": "critical"}})
        import distributed
    except ImportError as error:
        raise DaskError(
            f"--dask needs Dask, which cannot be loaded ({error}); type: pip install 'saywho[cluster]'"
        ) from error
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    assert fsspec and pyarrow  # noqa: S101 - looked for here, so that the message comes before anything is done
    return dask, distributed
