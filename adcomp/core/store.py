"""Files that appear at once, carry a checksum, and count as missing when they are damaged.

Where nothing can be written, adcomp works without and says so once.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import warnings
from pathlib import Path

_FORMAT = "adcomp 1"
_warned = False


def directory() -> Path:
    """Where adcomp keeps what it generated: ``ADCOMP_CACHE_DIR``, or the user's cache directory."""
    given = os.environ.get("ADCOMP_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "adcomp"


def read(path: Path) -> bytes | None:
    """The content of an entry; None if it is missing, unreadable or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, newline, body = data.partition(b"\n")
    return body if newline and head == _head(body) else None


def _head(body: bytes) -> bytes:
    return f"{_FORMAT} {hashlib.sha256(body).hexdigest()}".encode()


def write(path: Path, body: bytes) -> bool:
    """Put an entry in place in one step, so that no process ever sees half of it."""
    global _warned
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(_head(body) + b"\n" + body)
        os.replace(temporary, path)
        return True
    except OSError as error:
        if temporary is not None:
            remove(Path(temporary))
        if not _warned:
            _warned = True
            message = f"adcomp cannot write to its cache, and goes on without it: {error}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
        return False


def remove(path: Path) -> bool:
    """Remove a file; False if there is none."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def entries(*folders: str) -> list[tuple[Path, os.stat_result]]:
    """The files in some folders of the cache."""
    found = []
    for folder in folders:
        for path in sorted((directory() / folder).glob("*")):
            try:
                found.append((path, path.stat()))
            except OSError:  # another process removed it
                continue
    return found
