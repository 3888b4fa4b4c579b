"""Write a file so that the old one stays whole until the new one is."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputNotWritable


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
    # Always the same name: what a killed run left behind is overwritten by the next one.
    temporary = path.with_name(f".{path.name}.writing")
    try:
        yield temporary
        temporary.replace(path)
    except PermissionError:
        raise _refused(
            path, "没有权限，或文件正被别的程序（如 Excel）打开", "access denied, or it is open elsewhere"
        ) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _refused(path, "磁盘已满", "the disk is full") from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise :class:`OutputNotWritable` at once where a long run could only end in it."""
    if not path.parent.is_dir():
        raise _refused(path, "没有这个文件夹", "there is no such folder")
    if path.is_dir():
        raise _refused(path, "这是一个文件夹", "it is a folder")


def _refused(path: Path, why_zh: str, why_en: str) -> OutputNotWritable:
    return OutputNotWritable(file=path, why_zh=why_zh, why_en=why_en)
