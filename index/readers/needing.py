"""Libraries that are only needed for one format, with a clear line where one is missing."""

import importlib
import logging
from types import ModuleType

from index.errors import ReadError


def needed(module: str, *, what: str, extra: str | None = None) -> ModuleType:
    """The module. Raises ReadError, saying how to get it, where it cannot be imported."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.split(".")[0]
        how = f"pip install 'saywho[{extra}]'" if extra else "pip install --upgrade saywho"
        raise ReadError(f"is {what}, and {name}, which reads them, cannot be loaded ({error}); type: {how}") from error


def hushed(*loggers: str) -> None:
    """Keeps a library from logging what our own failures say already."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)
