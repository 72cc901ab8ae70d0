"""`scaffold completion`: the script by which a shell completes the words of `scaffold`."""

from typing import Annotated

import typer

from scaffold.commands.flags import Json
from scaffold.errors import Usage, did_you_mean
from scaffold.programs import completion as completions
from scaffold.programs import shells
from scaffold.report import Report

EPILOG = """\b
Examples:
  scaffold completion bash > ~/.local/share/bash-completion/completions/scaffold
  scaffold completion zsh > ~/.zfunc/_scaffold
  scaffold completion fish > ~/.config/fish/completions/scaffold.fish
  scaffold completion powershell > ~/.scaffold.ps1
"""

SHELLS = [*shells.SHELLS]


def completion(
    shell: Annotated[
        str,
        typer.Argument(
            metavar="SHELL",
            help=f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]}.",
            show_default=False,
        ),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Print what completes commands, flags and choices. Its first lines say where it goes."""
    if shell not in SHELLS:
        ways = f"Shells: {', '.join(SHELLS)}"
        raise Usage(f"there is no completion for `{shell}`", did_you_mean(shell, SHELLS, ways))
    script = shells.script(shell, [*completions.commands(SHELLS)])
    report = Report("completion", as_json)
    report.show(script.encode())
    report.finish({"shell": shell, "script": script})
