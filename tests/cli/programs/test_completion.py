"""The tab key, in real shells: what is typed, completed, and then run by a `scaffold` that prints
its words."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import tree_sitter
import tree_sitter_powershell

from scaffold import cli
from scaffold.programs import completion, shells
from tests import BIN
from tests.cli.conftest import Run, refusal, said

TAB = "\t"
SECONDS = 20  # for a shell on a busy machine

# What is typed before the tab, and the words that the command then gets.
COMPLETED = {
    "scaffold opt": ["options"],
    "scaffold --ver": ["--version"],
    "scaffold new x --frame": ["new", "x", "--framework"],
    "scaffold new x --framework fl": ["new", "x", "--framework", "flask"],
    "scaffold new x --framework=fl": ["new", "x", "--framework=flask"],
    "scaffold new x --dry": ["new", "x", "--dry-run"],
    "scaffold new x --deploy kub": ["new", "x", "--deploy", "kubernetes"],
    "scaffold new x --deploy compose,kub": ["new", "x", "--deploy", "compose,kubernetes"],
    "scaffold new x --deploy=compose,kub": ["new", "x", "--deploy=compose,kubernetes"],
    "scaffold new x --preset mini": ["new", "x", "--preset", "minimal"],
    "scaffold new x --preset our": ["new", "x", "--preset", "our-team"],
    "scaffold new x --data-file ans": ["new", "x", "--data-file", "answers.yml"],
    "scaffold set database=my": ["set", "database=mysql"],
    "scaffold set ci=none auth=o": ["set", "ci=none", "auth=oidc"],
    "scaffold add kub": ["add", "kubernetes"],
    "scaffold remove --allow-d": ["remove", "--allow-delete"],
    "scaffold options expl": ["options", "explain"],
    "scaffold options explain auth=j": ["options", "explain", "auth=jwt"],
    "scaffold options explain --js": ["options", "explain", "--json"],
    "scaffold preset sa": ["preset", "save"],
    "scaffold preset save x --auth jw": ["preset", "save", "x", "--auth", "jwt"],
    "scaffold compare auth=none auth=j": ["compare", "auth=none", "auth=jwt"],
    "scaffold compare ci=none,auth=j": ["compare", "ci=none,auth=jwt"],
    "scaffold schema doc": ["schema", "document"],
    "scaffold completion f": ["completion", "fish"],
    "scaffold help comple": ["help", "completion"],
    "scaffold update --cont": ["update", "--continue"],
}


@dataclass(frozen=True)
class Shell:
    words: list[str]
    begin: str  # lines that read the script and replace the command


BEGIN = "scaffold() { printf '{%s}' \"$@\"; echo '{end}'; }"
REAL = {
    "bash": Shell(["bash", "--norc", "--noprofile", "-i"], f"source ./script\n{BEGIN}"),
    "zsh": Shell(
        ["zsh", "-f", "-i"],
        f"autoload -U compinit; compinit -D -u\nsource ./script\n{BEGIN}",
    ),
    "fish": Shell(
        ["fish", "--no-config", "-i"],
        "source ./script\nfunction scaffold; printf '{%s}' $argv; echo '{end}'; end",
    ),
}

Type = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    commands = [*completion.commands(shells.SHELLS)]
    return {shell: shells.script(shell, commands) for shell in shells.SHELLS}


@pytest.fixture(params=REAL)
def type_in(
    request: pytest.FixtureRequest,
    scripts: dict[str, str],
    home: Path,
    desk: Path,
    environment: dict[str, str],
) -> Iterator[Type]:
    """What the command gets, of a line that is typed, completed and sent."""
    shell = REAL[request.param]
    (desk / "script").write_text(scripts[request.param])
    (desk / "answers.yml").write_text("")
    (home / ".config/scaffold/presets").mkdir(parents=True)
    (home / ".config/scaffold/presets/our-team.yml").write_text("")
    terminal = pexpect.spawn(
        shell.words[0],
        shell.words[1:],
        cwd=desk,
        env=environment | {"LC_ALL": "C.UTF-8"},
        dimensions=(50, 200),
        encoding="utf-8",
        timeout=SECONDS,
    )
    terminal.sendline(shell.begin + "\necho be''gun")
    terminal.expect("begun\r")

    def type_in(line: str) -> list[str]:
        terminal.send(line + TAB)
        terminal.send("\r")
        terminal.expect(r"\{end\}")
        return re.findall(r"\{([^}]*)\}", (terminal.before or "").rpartition("\n")[2])

    yield type_in
    terminal.close(force=True)


def test_the_tab_key_completes_commands_flags_and_choices(type_in: Type) -> None:
    assert {line: type_in(line) for line in COMPLETED} == COMPLETED


LISTED = {
    "scaffold new x --framework ": ["fastapi", "litestar", "flask"],
    "scaffold new x --deploy ": ["compose", "kubernetes", "none"],
    "scaffold new x --deploy compose,": ["compose,kubernetes", "compose,none"],
    "scaffold set auth=": ["auth=none", "auth=api-key", "auth=jwt", "auth=oidc"],
    "scaffold preset ": ["save", "list", "show"],
    "scaffold options explain --": ["--json", "--help"],
    "scaffold new x --framework nothing": [],
    "scaffold no-command ": [],
}


def test_bash_lists_every_choice(scripts: dict[str, str], desk: Path) -> None:
    (desk / "script").write_text(scripts["bash"])
    program = (
        "source ./script; compopt() { :; }; COMP_WORDBREAKS=' '; COMP_LINE=$1 COMP_POINT=${#1}; "
        "_scaffold; printf '%s\\n' \"${COMPREPLY[@]}\""
    )

    found = {
        line: _run(["bash", "--norc", "-c", program, "bash", line], desk).split() for line in LISTED
    }

    assert found == LISTED


def test_fish_lists_every_choice_with_what_it_gives(scripts: dict[str, str], desk: Path) -> None:
    (desk / "script").write_text(scripts["fish"])
    program = "source ./script; complete -C $argv[1]"

    told = _run(["fish", "--no-config", "-c", program, "scaffold new x --framework "], desk)

    assert sorted(told.splitlines()) == [
        "fastapi\tasync, types, the largest ecosystem",
        "flask\tsync views, blueprints, the best known",
        "litestar\tasync, types, controllers, layers",
    ]


def _run(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", shells.SHELLS)
def test_every_command_flag_and_choice_is_in_each_script(
    scripts: dict[str, str], shell: str
) -> None:
    commands = [*completion.commands(shells.SHELLS)]
    words = {word for each in commands for word in (each.values.words if each.values else ())}
    flags = {name for each in commands for flag in each.flags for name in flag.names}
    choices = {
        word
        for each in commands
        for flag in each.flags
        for word in (flag.values.words if flag.values else ())
    }

    assert {word for word in words | flags | choices if word not in scripts[shell]} == set()
    assert {name for name in cli.COMMANDS if name not in {each.name for each in commands}} == set()


@pytest.mark.parametrize(("shell", "words"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["-n"])])
def test_a_script_is_one_to_its_shell(
    scripts: dict[str, str], desk: Path, shell: str, words: list[str]
) -> None:
    (desk / "script").write_text(scripts[shell])

    assert _run([shell, *words, "script"], desk) == ""


def test_the_script_for_bash_has_nothing_that_shellcheck_would_change(
    scripts: dict[str, str], desk: Path
) -> None:
    (desk / "script").write_text("#!/bin/bash\n" + scripts["bash"])

    assert _run([str(BIN / "shellcheck"), "script"], desk) == ""


def test_the_script_for_powershell_is_parsed(scripts: dict[str, str]) -> None:
    """Not run: PowerShell is in no package registry."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

    tree = parser.parse(scripts["powershell"].encode())

    assert not tree.root_node.has_error


@pytest.mark.parametrize("shell", shells.SHELLS)
def test_the_command_prints_the_script(scaffold: Run, scripts: dict[str, str], shell: str) -> None:
    assert said(scaffold("completion", shell)) == (0, scripts[shell], "")


def test_a_script_says_first_where_it_goes(scripts: dict[str, str]) -> None:
    assert scripts["zsh"].splitlines()[:3] == [
        "#compdef scaffold",
        "# Completion of `scaffold`, to be added by: scaffold completion zsh > ~/.zfunc/_scaffold",
        "# After an upgrade: the same again. ~/.zshrc needs, before `compinit`: fpath+=(~/.zfunc)",
    ]


def test_another_shell_is_a_usage_error(scaffold: Run) -> None:
    assert said(scaffold("completion", "fsh")) == (
        2,
        "",
        refusal(
            "there is no completion for `fsh`",
            "did you mean `fish`? Shells: bash, zsh, fish, powershell",
        ),
    )
