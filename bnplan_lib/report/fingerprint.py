"""What does a run rest on beside its parameters? Hashes of library and environment, so that nothing runs twice."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = Path(__file__).resolve().parents[1]
PASSED_OVER: Final = {"__pycache__", "_data", "_notebooks"}  # data and notebooks have hashes of their own


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hashes of what all runs of one command share: our own code, and Python with every package installed."""

    library: str
    environment: str


@cache
def surroundings() -> Surroundings:
    """Return the hashes as they were when this process first asked."""
    return Surroundings(_library(), _environment())


def digest(value: Any) -> str:
    """Return a hash of anything JSON can say; tuples are lists."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(content: bytes) -> str:
    """Return the hash of some bytes."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, Iterable) else str(value)


def _library() -> str:
    files = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*") if path.is_file()}
    own = sorted(name for name in files if not any(part in PASSED_OVER or part[0] == "." for part in name.parts))
    return digest([[name.as_posix(), digest_of(files[name].read_bytes())] for name in own])


def _environment() -> str:
    """Return the hash of Python's version and of the names that installed packages record themselves under."""
    packages = {entry.name for place in sys.path if place for entry in Path(place).glob("*.dist-info")}
    return digest([platform.python_version(), sys.platform, sorted(packages)])
