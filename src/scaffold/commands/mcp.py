"""`scaffold mcp`: coding agents make and change projects, by the Model Context Protocol."""

import gc
import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from scaffold.errors import ToolMissing, Usage

EPILOG = """\b
Examples:
  scaffold mcp
  scaffold mcp --root services
"""


def mcp(
    *,
    root: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Write nowhere else (default: here).", show_default=False),
    ] = Path(),
) -> None:
    """Serve a coding agent over stdio, by the Model Context Protocol, until stdin ends."""
    if not root.is_dir():
        raise Usage(f"{root} is no folder", "name one with `--root`, or make it")
    try:
        importlib.import_module("mcp.server.mcpserver")
    except ImportError as error:
        hint = "install it: `pip install 'service-scaffold[mcp]'`"
        raise ToolMissing("`scaffold mcp` needs the Python package mcp 2.3", hint) from error
    from scaffold.programs import mcp_server

    if sys.stdin.isatty():
        print(
            "a coding agent's client starts this: docs/how-to/use-with-an-agent.md; ctrl-c ends it",
            file=sys.stderr,
        )
    gc.enable()  # it may run for days
    mcp_server.serve(root.resolve())
