"""The language of help and usage errors: Chinese unless the command line says ``--lang en``.

English is the source and stands in the code. The Chinese words are rows of ``data/text/screen.tsv``; this file puts
them in place just before a screen is drawn, so that a command that runs pays nothing for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from pipeline.cli.screen import Lang

_COLUMNS: Final = ("kind", "english", "chinese")
_Function = TypeVar("_Function", bound=Callable[..., Any])


@cache
def words() -> dict[tuple[str, str], str]:
    """Return the Chinese of ``data/text/screen.tsv`` by kind and English words.

    Examples
    --------
    >>> words()["usage", "Options"]
    '选项'
    """
    from pipeline.settings import read_table

    return {(row["kind"], row["english"]): row["chinese"] for row in read_table("text/screen.tsv", _COLUMNS)}


def chinese(kind: str, english: str) -> str:
    """Return the Chinese for English words; what the table lacks stays as it is.

    Examples
    --------
    >>> chinese("usage", "Options"), chinese("usage", "Weather")
    ('选项', 'Weather')
    """
    return words().get((kind, " ".join(english.split())), english)


def chinese_error(message: str) -> str:
    """Return a usage error in Chinese; one that no row of the table fits stays as it is.

    Examples
    --------
    >>> chinese_error("Got unexpected extra argument(s) (b.xlsx c.xlsx)")
    '多写了：b.xlsx c.xlsx。文件名里有空格时，请用英文引号括起来。'
    """
    for (kind, english), told in words().items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(english))
        if kind == "error" and (found := re.fullmatch(pattern, message, re.DOTALL)):
            parts = found.groupdict()
            if "why" in parts:
                parts["why"] = chinese_error(parts["why"])
            return told.format(**parts)
    return message


def chosen(args: Sequence[str]) -> str:
    """Return the language that a command line asks for, before it is parsed.

    Examples
    --------
    >>> chosen([]), chosen(["triage", "--lang", "en"]), chosen(["--lang=en", "--help"])
    ('zh', 'en', 'en')
    """
    found = "zh"
    for word, following in pairwise((*args, "")):
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option == "--lang" and (named := value if equals else following) in ("zh", "en"):
            found = named
    return found


class Command(TyperCommand):
    """A command whose help and usage line are in the language of the command line."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        if not _print_chinese(self, ctx):
            super().format_help(ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help and usage errors are in the language of the command line.

    The outermost group finds the language; it becomes ``ctx.obj``, and the default of every command's ``--lang``.
    """

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the command line up to the command."""
        if parent is None:
            lang = chosen(args)
            extra |= {"obj": lang, "default_map": _defaults(self, lang)}
            with _translated_errors(lang):
                return super().make_context(info_name, args, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Parse the rest and run the command."""
        with _translated_errors(ctx.obj):
            return super().invoke(ctx)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        if not _print_chinese(self, ctx):
            super().format_help(ctx, formatter)


class App(typer.Typer):
    """A :class:`typer.Typer` of such groups and commands, which shows its help when nothing follows it.

    Examples
    --------
    >>> App(help="The office's profile: new, check, explain.").info.cls.__name__
    'Group'
    """

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(cls=cls, no_args_is_help=True, **{"callback": _language, **settings})

    def command(self, name: str | None = None, **settings: Any) -> Callable[[_Function], _Function]:
        """Return the decorator that makes a function a command."""
        return super().command(name, cls=Command, **settings)


def _language(lang: Lang = "zh") -> None:
    """Let ``--lang`` stand before a command, too."""


def _defaults(command: Any, lang: str) -> dict[str, Any]:
    """Return the language as the default of a command and of all below it."""
    below = {name: _defaults(each, lang) for name, each in getattr(command, "commands", {}).items()}
    return {"lang": lang, **below}


class _UsageError(typer.BadParameter):
    """A usage error in words that stand as they are."""

    def format_message(self) -> str:
        return self.message


@contextmanager
def _translated_errors(lang: str) -> Iterator[None]:
    try:
        yield
    except typer.Abort:
        _retitle(lang)
        raise
    except typer.TyperException as error:
        ctx = getattr(error, "ctx", None)
        _retitle(lang)
        if ctx is not None:
            _rename(ctx.command, lang)
        message = error.format_message()
        if lang != "zh" or not message or isinstance(error, _UsageError):
            raise
        raise _UsageError(chinese_error(message), ctx) from None


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    _rename(command, ctx.obj)
    prefix = chinese("usage", "Usage:") if ctx.obj == "zh" else "Usage: "
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=prefix)


def _print_chinese(command: Any, ctx: Any) -> bool:
    """Print the help if it is to be Chinese; return whether it was."""
    ctx.default_map = None  # so that help tells an option's own default, not the language of this line
    if ctx.obj != "zh":
        return False
    from pipeline.cli.chinese_help import print_help

    print_help(command, ctx)
    return True


def _rename(command: Any, lang: str) -> None:
    """Give the arguments of a command, and what stands for its options and commands, their Chinese names."""
    if lang != "zh":
        return
    command.options_metavar = chinese("usage", command.options_metavar)
    if isinstance(command, Group):
        command.subcommand_metavar = chinese("usage", command.subcommand_metavar)
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            parameter.metavar = chinese("argument", parameter.name)


def _retitle(lang: str) -> None:
    """Put the words around an error into a language."""
    from typer import rich_utils

    for name, english in _titles().items():
        setattr(rich_utils, name, chinese("title", english) if lang == "zh" else english)


@cache
def _titles() -> dict[str, str]:
    """Return the constants of typer that hold the words around an error, in English."""
    from typer import rich_utils

    return {name: value for name, value in vars(rich_utils).items() if name.isupper() and ("title", value) in words()}
