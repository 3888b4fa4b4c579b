"""Named errors. Each one knows its own message, in Chinese for the clerk and in English for the engineer.

Every error that a user can cause derives from :class:`PetitionError`; the command line prints its
message and leaves with exit code 2. Anything else is a bug and shows its traceback.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import ClassVar


class PetitionError(Exception):
    """Base of all errors a user can cause and mend.

    Parameters
    ----------
    **details
        The values that the two message templates name.

    Examples
    --------
    >>> error = NoTextColumn(file="信.xlsx", columns="甲、乙")
    >>> "信.xlsx" in error.message("zh") and "信.xlsx" in error.message("en")
    True
    """

    zh: ClassVar[str] = "{detail}"
    en: ClassVar[str] = "{detail}"

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("en"))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.details))

    def message(self, lang: str = "zh") -> str:
        """Return the message in ``"zh"`` or ``"en"``."""
        return (self.zh if lang == "zh" else self.en).format(**self.details)


def _rebuild(kind: type[PetitionError], details: dict[str, object]) -> PetitionError:
    return kind(**details)


class FileNotReadable(PetitionError):
    """The file is missing, locked, empty or not of a kind we know."""

    zh = "读不了文件「{file}」：{why_zh}。{next_zh}"
    en = "cannot read {file}: {why_en}. {next_en}"

    @classmethod
    def missing(cls, file: Path) -> FileNotReadable:
        """The file is not there."""
        return cls(
            file=file,
            why_zh="没有这个文件",
            next_zh="请检查文件名和所在文件夹。",
            why_en="no such file",
            next_en="Check the name and the folder.",
        )

    @classmethod
    def folder(cls, file: Path) -> FileNotReadable:
        """A folder was given where a file is needed."""
        return cls(
            file=file,
            why_zh="这是一个文件夹",
            next_zh="请指定其中的一个文件。",
            why_en="it is a folder",
            next_en="Name one file in it.",
        )

    @classmethod
    def locked(cls, file: Path) -> FileNotReadable:
        """The system refuses to open the file."""
        return cls(
            file=file,
            why_zh="系统不允许打开，可能正被别的程序占用，或没有权限",
            next_zh="请关闭正在使用它的程序（如 Excel）后再试。",
            why_en="access denied; another program may hold it open",
            next_en="Close the program that uses it (Excel, say) and try again.",
        )

    @classmethod
    def encrypted(cls, file: Path) -> FileNotReadable:
        """The workbook has a password."""
        return cls(
            file=file,
            why_zh="工作簿设有打开密码",
            next_zh="请在 Excel 中去掉密码另存后再试。",
            why_en="the workbook is encrypted",
            next_en="Save a copy without a password.",
        )

    @classmethod
    def unknown_kind(cls, file: Path, known: str) -> FileNotReadable:
        """The ending of the name says nothing we know."""
        return cls(
            file=file,
            why_zh=f"不认识的文件类型「{file.suffix or '无扩展名'}」",
            next_zh=f"可以读的类型：{known}。",
            why_en=f"unknown kind of file {file.suffix!r}",
            next_en=f"Known kinds: {known}.",
        )

    @classmethod
    def damaged(cls, file: Path, detail: object) -> FileNotReadable:
        """The content is not what the ending promises."""
        return cls(
            file=file,
            why_zh=f"内容与扩展名不符，或文件已损坏（{detail}）",
            next_zh="请用原来的程序打开确认，另存后再试。",
            why_en=f"its content is damaged or not what its ending says ({detail})",
            next_en="Open it in the program it came from and save it again.",
        )

    @classmethod
    def empty(cls, file: Path) -> FileNotReadable:
        """There is not one row of data."""
        return cls(
            file=file,
            why_zh="没有一行数据",
            next_zh="请确认导出时选中了记录，或用 --sheet 指定工作表。",
            why_en="it holds no rows of data",
            next_en="Check the export, or name a sheet with --sheet.",
        )


class NoSuchSheet(PetitionError):
    """``--sheet`` names a sheet that the workbook lacks."""

    zh = "文件「{file}」里没有工作表「{sheet}」。现有工作表：{sheets}。"
    en = "{file} has no sheet {sheet!r}; it has: {sheets}."


class NoTextColumn(PetitionError):
    """No header is known as the letter's text."""

    zh = "文件「{file}」里找不到信件内容列。表头是：{columns}。请用 --map text=列名 指明哪一列是信件内容。"
    en = "{file} has no column known to hold the letter's text. Headers: {columns}. Name it with --map text=HEADER."


class HeaderConflict(PetitionError):
    """Two headers claim one canonical column, or a mapping names a header that is not there."""

    zh = "文件「{file}」的表头有问题：{why_zh}。"
    en = "{file}: {why_en}."


class BadOption(PetitionError):
    """An option's value is not usable."""

    zh = "选项 {option} 的值「{value}」不能用：{why_zh}。"
    en = "{option} {value!r} is not usable: {why_en}."


class OutputNotWritable(PetitionError):
    """The result cannot be put where it was asked for; what stood there is whole."""

    zh = "写不了「{file}」：{why_zh}。原有文件没有改动。"
    en = "cannot write {file}: {why_en}. What stood there is unchanged."
    reasons: ClassVar[dict[int | None, tuple[str, str]]] = {
        errno.EACCES: ("没有权限，或文件正被别的程序（如 Excel）打开", "access denied, or it is open elsewhere"),
        errno.EROFS: ("所在的盘是只读的", "the disk is read-only"),
        errno.ENOSPC: ("磁盘已满", "the disk is full"),
        errno.EDQUOT: ("磁盘配额已用完", "the disk quota is used up"),
        errno.EFBIG: ("文件太大", "the file is too large"),
        errno.ENAMETOOLONG: ("文件名太长", "the name is too long"),
        errno.ENOENT: ("没有这个文件夹", "there is no such folder"),
        errno.ENOTDIR: ("它的上级是文件，不是文件夹", "what it should lie in is a file, not a folder"),
        errno.EISDIR: ("这是一个文件夹", "it is a folder"),
    }

    @classmethod
    def by_system(cls, file: Path, error: OSError) -> OutputNotWritable:
        """The system refuses to write it.

        Examples
        --------
        >>> OutputNotWritable.by_system(Path("a.xlsx"), OSError(errno.ENOSPC, "")).message("zh")
        '写不了「a.xlsx」：磁盘已满。原有文件没有改动。'
        """
        number = errno.EACCES if isinstance(error, PermissionError) else error.errno
        told = error.strerror or str(error)
        why_zh, why_en = cls.reasons.get(number, (f"系统不允许（{told}）", f"the system refuses ({told})"))
        return cls(file=file, why_zh=why_zh, why_en=why_en)


class BundleDamaged(PetitionError):
    """A model's files are not the ones its manifest names."""

    zh = "模型「{bundle}」不能用：{why_zh}。请恢复这个模型文件夹，或换一个模型（--model）。"
    en = "model {bundle} is refused: {why_en}. Restore its folder or name another with --model."


class ModelRefused(PetitionError):
    """A model can't be found, made, put in use or taken back; the one in use stays."""

    zh = "模型「{name}」：{why_zh}。"
    en = "model {name}: {why_en}."


class RuleTableError(PetitionError):
    """A table in ``data/`` breaks its own form."""

    zh = "规则表「{file}」第 {row} 行：{why_zh}。"
    en = "rule table {file}, row {row}: {why_en}."


class BadLabels(PetitionError):
    """A label column cannot be trained on or measured."""

    zh = "文件「{file}」的标注不能用：{why_zh}。"
    en = "{file}: the labels cannot be used: {why_en}."


class OfficeRefused(PetitionError):
    """An office's profile can't be opened or made."""

    zh = "单位资料「{folder}」：{why_zh}。"
    en = "office profile {folder}: {why_en}."


class YearUnknown(PetitionError):
    """The holidays of a year aren't known, so no due date in it can be said."""

    zh = "缺 {year} 年的放假安排，算不出期限。请按国务院办公厅通知补入单位资料的 holidays.toml。"
    en = "the holidays of {year} are not known: add them to holidays.toml of the office's profile."


class StoreRefused(PetitionError):
    """A store of matters can't be opened, or what is asked of it can't be done."""

    zh = "事项库「{store}」：{why_zh}。"
    en = "store of matters {store}: {why_en}."

    @classmethod
    def closed(cls, store: object, error: Exception) -> StoreRefused:
        """It can't be opened: a folder is missing, a file is no database, a server doesn't answer."""
        reason = str(error).splitlines()[0]
        return cls(store=store, why_zh=f"打不开（{reason}）", why_en=f"it can't be opened ({reason})")

    @classmethod
    def other_version(cls, store: object, version: str) -> StoreRefused:
        """Another version of the tool made it."""
        return cls(
            store=store,
            why_zh=f"是另一版本（{version}）的事项库，请用原来的版本打开",
            why_en=f"it is of version {version}; open it with the version that made it",
        )
