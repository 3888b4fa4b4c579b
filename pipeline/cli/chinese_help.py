"""The help of a command in Chinese: the boxes of the English help, with lines that break where Chinese may."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from typer.core import TyperArgument

from pipeline.cli.language import chinese, words
from pipeline.cli.wrapping import Wrapped


def print_help(command: Any, ctx: Any) -> None:
    """Print usage, what the command does, its arguments, options and commands, and an example.

    Examples
    --------
    >>> import typer
    >>> from pipeline.cli import app
    >>> command = typer.main.get_command(app).commands["drift"]
    >>> print_help(command, typer.Context(command, info_name="petition drift", obj="zh"))
    <BLANKLINE>
     用法：petition drift [选项] {信件} ...
    """
    console = Console(highlight=False)
    console.print(Padding(Text(command.get_usage(ctx), "bold"), 1))
    console.print(Padding(Wrapped(chinese("help", command.help or "")), (0, 1, 1, 1)))
    shown = [each for each in command.get_params(ctx) if not each.hidden]
    arguments = [_argument(each, ctx) for each in shown if isinstance(each, TyperArgument)]
    options = [_option(each, ctx) for each in shown if not isinstance(each, TyperArgument)]
    commands = [
        (Text(name, "bold cyan"), Wrapped(chinese("help", each.help or "")))
        for name, each in getattr(command, "commands", {}).items()
        if not each.hidden
    ]
    for title, rows in (("Arguments", arguments), ("Options", options), ("Commands", commands)):
        if rows:
            table = Table.grid(padding=(0, 2, 0, 0), expand=True)
            for row in rows:
                table.add_row(*row)
            table.columns[-1].ratio = 1
            console.print(Panel(table, title=chinese("usage", title), title_align="left", border_style="dim"))
    if example := words().get(("example", ctx.command_path)):
        console.print(Padding(Text(chinese("usage", "Example:") + example), 1))


def _argument(argument: Any, ctx: Any) -> tuple[Any, ...]:
    name = argument.metavar + ("…" if argument.nargs != 1 else "")
    kind = chinese("type", argument.display_type(ctx))
    return _mark(argument), Text(name, "bold cyan"), Text(kind, "yellow"), Wrapped(_told(argument, ctx))


def _option(option: Any, ctx: Any) -> tuple[Any, ...]:
    names = ", ".join((*option.opts, *option.secondary_opts))
    kind = "" if option.is_flag else chinese("type", option.display_type(ctx))
    return _mark(option), Text(names, "bold cyan"), Text(kind, "yellow"), Wrapped(_told(option, ctx))


def _mark(parameter: Any) -> Text:
    return Text("*" if parameter.required else "", "red")


def _told(parameter: Any, ctx: Any) -> str:
    """Return the help of a parameter, its range, where else it may come from, and what holds without it."""
    notes = [chinese("help", parameter.help)] if parameter.help else []
    if parameter.min is not None or parameter.max is not None:
        low, high = parameter.min, parameter.max
        ends = f"≥{low}" if high is None else f"≤{high}" if low is None else f"{low}～{high}"
        notes.append(chinese("usage", "[range: {}]").format(ends))
    if parameter.envvar and parameter.show_envvar:
        notes.append(chinese("usage", "[env var: {}]").format(parameter.envvar))
    default = parameter.get_default(ctx, call=False)
    if parameter.show_default and default not in (None, "", False):
        written = parameter.opts[0] if getattr(parameter, "is_flag", False) else default
        notes.append(chinese("usage", "[default: {}]").format(written))
    if parameter.required:
        notes.append(chinese("usage", "[required]"))
    return " ".join(notes)
