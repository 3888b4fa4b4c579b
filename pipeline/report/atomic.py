"""Write a file so that the old one stays whole until the new one is."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputNotWritable

# What stops a writing that had begun; other errors of the system are not about the file that is written.
_WHILE_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and put it in its place at a clean exit; remove it otherwise.

    Raises
    ------
    OutputNotWritable
        The folder is missing or closed to us, the target is a folder or held open, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    check_writable(path)
    temporary = _beside(path)
    try:
        yield temporary
        temporary.replace(path)
    except Exception as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise OutputNotWritable.by_system(path, refusal) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise :class:`OutputNotWritable` at once where a long run could only end in it: an empty file is tried out.

    Examples
    --------
    >>> check_writable(Path(__file__) / "out.xlsx")
    Traceback (most recent call last):
    ...
    pipeline.errors.OutputNotWritable: ... a file, not a folder. What stood there is unchanged.
    """
    temporary = _beside(path)
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        temporary.touch()
        temporary.unlink()
    except OSError as error:
        raise OutputNotWritable.by_system(path, error) from None


def _beside(path: Path) -> Path:
    """Return the temporary path: always the same, so that the next run overwrites what a killed one left behind."""
    return path.with_name(f".{path.name}.writing")


def _refusal(error: Exception) -> OSError | None:
    """Return why the system would not write; None where the error is another's."""
    from xlsxwriter.exceptions import FileCreateError

    if isinstance(error, FileCreateError):
        return error.args[0] if isinstance(error.args[0], OSError) else None
    if isinstance(error, PermissionError) or (isinstance(error, OSError) and error.errno in _WHILE_WRITING):
        return error
    return None
