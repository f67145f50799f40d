"""How is a Dask cluster reached? Through its scheduler's address, without a word beside one line where that fails."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final

from bnplan_lib.errors import PlanError, shorten

ANSWER_SECONDS: Final = 5.0
SILENT: Final = logging.CRITICAL + 1
ABANDONED: Final = ("Future exception was never retrieved", "Task exception was never retrieved")
TALKATIVE: Final = ("distributed", "tornado", "asyncio")  # what they would say, errors here say in one line


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """Give a client of the cluster whose scheduler answers at an address and that has a worker.

    Raises
    ------
    PlanError
        If `distributed` is not installed, no scheduler answers there in time, or it has no worker.
    """
    try:
        import distributed
    except ImportError:
        raise PlanError("a Dask cluster is reached with `distributed`: pip install bnplan[dask]") from None
    # what a client that has left still waited for is told of when it is cleared away, at any later time
    logging.getLogger("asyncio").addFilter(_is_of_use)
    with _quiet():
        _check_scheduler(address)
        try:
            client = distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        except Exception as error:  # it is too old or too new, or has gone just now
            told = f"{type(error).__name__}: {shorten(str(error))}"
            raise PlanError(f"{shorten(address)}: the Dask scheduler cannot be used, {told}") from None
        try:
            _await_worker(client, address)
            yield client
        finally:
            with suppress(Exception):  # a scheduler that is gone cannot be taken leave of
                client.close(timeout=ANSWER_SECONDS)


def _is_of_use(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(ABANDONED)


def _check_scheduler(address: str) -> None:
    """Raise PlanError unless a scheduler answers: a client would wait for ever for whoever else listens there."""
    rule = f"no Dask scheduler answers within {ANSWER_SECONDS:g} seconds"
    try:
        with ThreadPoolExecutor(1) as pool:  # in a kernel this thread has a loop that runs
            told = pool.submit(lambda: asyncio.run(asyncio.wait_for(_identity(address), ANSWER_SECONDS))).result()
    except ValueError as error:
        raise PlanError(f"{shorten(address)}: must be an address such as tcp://localhost:8786, {error}") from None
    except Exception:
        raise PlanError(f"{shorten(address)}: {rule}") from None
    if told["type"] != "Scheduler":
        raise PlanError(f"{shorten(address)}: {rule}, found a {shorten(told['type'])}")


async def _identity(address: str) -> Mapping[str, Any]:
    from distributed import Security
    from distributed.comm import get_address_host_port
    from distributed.core import rpc

    get_address_host_port(address)
    arguments = Security().get_connection_args("client")
    async with rpc(address, timeout=ANSWER_SECONDS, connection_args=arguments) as other:
        told: Mapping[str, Any] = await other.identity()
        return told


def _await_worker(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
    except Exception:
        rule = "the Dask scheduler has no worker; start one with `dask worker`"
        raise PlanError(f"{shorten(address)}: {rule}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries silent meanwhile: in a kernel what they log would stand on the page."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in TALKATIVE]
    before = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for name in names:
                logging.getLogger(name).setLevel(SILENT)
            yield
        finally:
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)
