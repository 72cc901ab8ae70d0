"""A coding agent's client, the official one, talks with `scaffold mcp` over real pipes."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pexpect
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult

from scaffold.target import STAGING
from tests import ROOT
from tests.cli.commands.conftest import Make
from tests.cli.conftest import BARE, DEFAULTS, SCAFFOLD, Run, execute, refusal, said, tree
from tests.cli.test_target import wait_for
from tests.update.service import Service

Answer = TypeVar("Answer")
Talk = Callable[[Client], Awaitable[Answer]]
Converse = Callable[..., Any]

# The server of an installation with toy releases; its children are of the same.
TOY = """\
import pathlib, sys
from scaffold import cli, distribution
from scaffold.programs import agents
program = sys.argv.pop(1)
home = pathlib.Path(sys.argv.pop(1))
distribution.source = lambda: home / "source"
distribution.releases = lambda: home / "releases"
distribution.version = lambda: (home / "version").read_text()
agents.PROGRAM = (sys.executable, "-c", program, str(home))
cli.main()
"""
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}
GONE = "svc or the template is not as it was when this was planned"
# Root too may not read everything then.
MORTAL = ["setpriv", "--bounding-set=-all"] * (os.geteuid() == 0)
SQLITE_IN_A_CLUSTER = {"database": "sqlite", "deploy": ["kubernetes"]}


@pytest.fixture
def converse(desk: Path, environment: dict[str, str]) -> Converse:
    """Talk with a server that was started in the desk."""

    def converse(talk: Talk[Answer], words: list[str] | None = None) -> Answer:
        command, *more = words or [str(SCAFFOLD), "mcp"]
        parameters = StdioServerParameters(command=command, args=more, env=environment, cwd=desk)

        async def session() -> Answer:
            async with Client(stdio_client(parameters)) as client:
                return await talk(client)

        return anyio.run(session)

    return converse


async def ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The document that a tool answers, which its text says too."""
    done = await client.call_tool(tool, arguments)
    assert isinstance(done, CallToolResult)
    document: dict[str, Any] = done.structured_content or {}
    [content] = done.content
    assert content.type == "text"
    assert json.loads(content.text) == document
    found = tool == "check" and document["data"]  # that it is outdated is an answer
    assert done.is_error == (not document["ok"] and not found)
    return document


def told(document: dict[str, Any]) -> tuple[str, str, str]:
    """All that a refusal says."""
    error = document["error"]
    return error["code"], error["message"], error["hint"]


def test_its_tools_say_what_they_do_and_take(converse: Converse) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in converse(talk)}

    page = (ROOT / "docs/how-to/use-with-an-agent.md").read_text()
    assert [*tools] == ["options", "plan", "apply", "check"]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [*tools]
    hints = {name: tool.annotations for name, tool in tools.items()}
    assert [name for name in hints if hints[name].read_only_hint] == ["options", "plan", "check"]
    assert [name for name in hints if hints[name].destructive_hint] == ["apply"]
    assert all(tool.description and tool.title for tool in tools.values())
    taken = tools["plan"].input_schema["properties"]["answers"]["properties"]
    assert [*taken] == [*DEFAULTS]
    assert taken["deploy"] == {
        "description": "Where will it run (several)",
        "type": "array",
        "items": {"type": "string", "enum": ["compose", "kubernetes"]},
    }
    assert tools["plan"].input_schema["required"] == ["target"]
    assert tools["apply"].input_schema["required"] == ["token"]


def test_options_are_those_of_the_command(converse: Converse, scaffold: Run) -> None:
    async def talk(client: Client) -> Any:
        return await ask(client, "options")

    assert converse(talk) == json.loads(scaffold("options", "--json").stdout)


def test_a_project_is_planned_made_and_checked(
    converse: Converse, desk: Path, scaffold: Run
) -> None:
    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="a/svc", answers={"auth": "jwt", "ci": "none"})
        before = tree(desk)
        made = await ask(client, "apply", token=planned["data"]["token"])
        return before, planned["data"], made["data"], await ask(client, "check", target="a/svc")

    before, planned, made, checked = converse(talk)
    scaffold("new", "b/svc", *BARE, "--auth", "jwt", "--ci", "none")

    assert before == {}
    assert (planned["kind"], planned["target"]) == ("new", str(desk / "a/svc"))
    assert planned["answers"] == DEFAULTS | {"project_name": "svc", "auth": "jwt", "ci": "none"}
    assert {each["path"]: each["bytes"] for each in planned["files"]} == {
        path: len(content) for path, content in tree(desk / "a/svc").items()
    }
    assert tree(desk / "a/svc") == tree(desk / "b/svc")
    assert made["next"][0] == "make setup"
    assert [step["verb"] for step in made["steps"]] == ["rendered", "committed"]
    assert checked["ok"]


def test_a_token_holds_for_the_state_that_was_planned_for(converse: Converse, desk: Path) -> None:
    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="svc")
        (desk / "svc").mkdir()
        (desk / "svc/mine").write_text("mine")
        stale = await ask(client, "apply", token=planned["data"]["token"])
        return stale, await ask(client, "apply", token="invented")

    stale, unknown = converse(talk)

    assert told(stale) == ("usage", GONE, "plan again")
    assert told(unknown) == (
        "usage",
        "no plan of this server has that token",
        "plan, and apply what it answers",
    )
    assert tree(desk) == {"svc/mine": b"mine"}


def test_a_token_is_used_once(converse: Converse, desk: Path) -> None:
    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="svc")
        again = await ask(client, "plan", target="svc")
        token = planned["data"]["token"]
        assert token == again["data"]["token"]  # the same plan for the same state
        await ask(client, "apply", token=token)
        before = tree(desk)
        return before, await ask(client, "apply", token=token)

    before, second = converse(talk)

    assert (told(second), tree(desk)) == (("usage", GONE, "plan again"), before)


def test_what_cannot_be_is_refused_with_answers_that_can(converse: Converse, desk: Path) -> None:
    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers=SQLITE_IN_A_CLUSTER)

    document = converse(talk)

    message = "`kubernetes` cannot run on `sqlite`: replicas cannot share a file"
    hint = (
        "use `--database postgresql`, or use `--database mysql`, "
        "or leave `kubernetes` out of `--deploy`"
    )
    assert told(document) == ("incompatible", message, hint)
    assert {"set": {"database": "postgresql"}} in document["error"]["fixes"]
    assert "token" not in document["data"]
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    ("answers", "message", "hint"),
    [
        (
            {"databse": "mysql"},
            "`databse` is not a question",
            f"did you mean `database`? questions: {', '.join(DEFAULTS)}",
        ),
        (
            {"data_file": "/etc/passwd"},
            "`data_file` is not a question",
            f"questions: {', '.join(DEFAULTS)}",
        ),
        (
            {"database": "oracle"},
            "`database: oracle` is not a choice",
            "Choices: postgresql, sqlite, mysql",
        ),
        (
            {"project_name": "--no-git"},
            "`--project-name --no-git` is not accepted",
            "use lower-case letters, digits and single hyphens, starting with a letter: my-service",
        ),
    ],
)
def test_what_is_no_answer_is_refused(
    converse: Converse, desk: Path, answers: dict[str, str], message: str, hint: str
) -> None:
    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers=answers)

    assert told(converse(talk)) == ("usage", message, hint)
    assert list(desk.iterdir()) == []


def test_a_policy_binds_it(converse: Converse, home: Path) -> None:
    folder = home / ".config/scaffold"
    folder.mkdir(parents=True)
    (folder / "policy.yml").write_text(
        "database: {allowed: [postgresql], reason: we run PostgreSQL}\n"
    )

    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers={"database": "mysql"})

    assert told(converse(talk)) == (
        "policy",
        "`--database mysql` is not allowed: we run PostgreSQL",
        f"use `--database postgresql`: says {folder}/policy.yml",
    )


@pytest.mark.parametrize("target", ["../svc", "/etc/svc", "link/svc", "a/../../svc", "link"])
def test_nothing_is_done_outside_of_its_folder(
    converse: Converse, desk: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (desk / "link").symlink_to(tmp_path / "elsewhere")

    async def talk(client: Client) -> Any:
        return [await ask(client, tool, target=target) for tool in ("plan", "check")]

    message = f"{target} is outside of {desk}; nothing was done"
    hint = f"name a folder in {desk}, or start the server with another `--root`"
    assert [told(each) for each in converse(talk)] == [("usage", message, hint)] * 2


def test_a_link_that_is_laid_after_the_plan_is_not_followed(
    converse: Converse, desk: Path, tmp_path: Path
) -> None:
    places = [tmp_path / "elsewhere", desk / "within"]

    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="a/svc")
        refusals = []
        for place in places:
            place.mkdir()
            (desk / "a").unlink(missing_ok=True)
            (desk / "a").symlink_to(place)
            refusals.append(await ask(client, "apply", token=planned["data"]["token"]))
        return refusals

    outside, within = converse(talk)

    hint = f"name a folder in {desk}, or start the server with another `--root`"
    assert told(outside) == ("usage", f"a/svc is outside of {desk}; nothing was done", hint)
    message = "a/svc leads elsewhere than when this was planned"
    assert told(within) == ("usage", message, "plan again")
    assert [list(place.iterdir()) for place in places] == [[], []]


def test_its_folder_can_be_named(converse: Converse, desk: Path) -> None:
    (desk / "a").mkdir()

    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="svc")
        outside = await ask(client, "plan", target="../svc")
        return planned["data"]["target"], outside["ok"]

    words = [str(SCAFFOLD), "mcp", "--root", "a"]
    assert converse(talk, words) == (str(desk / "a/svc"), False)


def on(service: Service) -> list[str]:
    """A server of the service's installation, above its folder."""
    interpreter, _, program, home = service.installation.words
    return [interpreter, "-c", TOY, program, home, "mcp", "--root", str(service.top.parent)]


def test_a_project_takes_other_answers(converse: Converse, make: Make) -> None:
    service = make()
    before = service.standing()

    async def talk(client: Client) -> Any:
        chosen = {"database": "mysql"}
        planned = await ask(client, "plan", target="svc", answers=chosen, diff=True)
        assert service.standing() == before
        return planned["data"], await ask(client, "apply", token=planned["data"]["token"])

    planned, applied = converse(talk, on(service))

    assert (planned["kind"], planned["done"]) == ("set", "planned")
    assert "\n-sqlite none\n+mysql none\n" in planned["diff"]
    assert {each["path"]: each["kind"] for each in planned["changes"]}["file.txt"] == "removed"
    assert (applied["ok"], applied["data"]["done"]) == (True, "committed")
    assert applied["data"]["next"][-1] == "make test"
    assert service.commits() == ["Set database to mysql", "Start"]


def test_without_answers_a_project_takes_the_newest_release(converse: Converse, make: Make) -> None:
    service = make()

    async def talk(client: Client) -> Any:
        first = await ask(client, "check", target="svc")
        planned = await ask(client, "plan", target="svc")
        applied = await ask(client, "apply", token=planned["data"]["token"])
        return first, planned["data"], applied, await ask(client, "plan", target="svc")

    first, planned, applied, again = converse(talk, on(service))

    way = "see what is new with `scaffold update --dry-run`"
    assert told(first) == ("outdated", "svc is outdated (1 finding)", way)
    assert (planned["kind"], planned["to"]) == ("update", "v2.0.0")
    assert applied["ok"]
    assert service.commits()[0] == "Update the template to 2.0.0"
    assert (again["data"]["done"], "token" in again["data"]) == ("nothing", False)


def test_a_commit_after_the_plan_makes_it_stale(converse: Converse, make: Make) -> None:
    service = make()

    async def talk(client: Client) -> Any:
        planned = await ask(client, "plan", target="svc", answers={"database": "mysql"})
        service.edit({"mine.txt": "mine\n"})
        return await ask(client, "apply", token=planned["data"]["token"])

    document = converse(talk, on(service))

    assert told(document) == ("usage", GONE, "plan again")
    assert service.commits() == ["mine", "Start"]


def test_edits_that_would_be_lost_are_a_persons_to_give_up(converse: Converse, make: Make) -> None:
    service = make()
    service.edit({"file.txt": "mine\n"})

    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers={"database": "mysql"})

    document = converse(talk, on(service))

    assert told(document) == (
        "would_lose_edits",
        "your edits in file.txt would be lost; nothing was written",
        (
            "save what you need of them elsewhere, "
            "then `scaffold set database=mysql --allow-delete file.txt`"
        ),
    )
    assert "token" not in document["data"]


def test_a_repository_with_its_files_elsewhere_is_refused(
    converse: Converse, make: Make, tmp_path: Path
) -> None:
    service = make()
    (tmp_path / "elsewhere").mkdir()
    service.git("config", "core.worktree", str(tmp_path / "elsewhere"))

    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers={"database": "mysql"})

    assert told(converse(talk, on(service))) == (
        "usage",
        f"the repository of {service.folder} has its files in {tmp_path / 'elsewhere'}",
        "give it a repository of its own, without `core.worktree`",
    )
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_without_git_a_project_is_left_alone(
    converse: Converse, make: Make, tmp_path: Path
) -> None:
    service = make()

    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc", answers={"database": "mysql"})

    words = ["/usr/bin/env", f"PATH={tmp_path}", *on(service)]
    assert told(converse(talk, words)) == (
        "tool_missing",
        "git is not installed; nothing was written",
        "install git 2.38 or newer",
    )


def test_what_is_no_path_and_what_breaks_off_is_told(converse: Converse) -> None:
    async def talk(client: Client) -> Any:
        return await ask(client, "check", target="\0"), await ask(client, "options")

    broken = (
        "from scaffold import cli; from scaffold.programs import agents; "
        "agents.PROGRAM = ('true',); cli.main()"
    )
    checked, options = converse(talk, [sys.executable, "-c", broken, "mcp"])

    with pytest.raises(ValueError, match="null") as nul:
        Path("\0").resolve()
    assert told(checked) == ("usage", rf"'\x00' is no path: {nul.value}", "name a folder")
    assert told(options) == (
        "failed",
        "`scaffold options` broke off",
        "the server's stderr says more",
    )


@pytest.mark.parametrize("mode", [0o300, 0o000])
def test_a_folder_that_may_not_be_read_is_told(converse: Converse, desk: Path, mode: int) -> None:
    (desk / "svc").mkdir(mode=mode)

    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="svc")

    document = converse(talk, [*MORTAL, str(SCAFFOLD), "mcp"])
    (desk / "svc").chmod(0o700)  # pytest clears it away

    assert told(document) == (
        "failed",
        f"{desk}/svc cannot be read: Permission denied",
        "name a folder that you may read",
    )


def test_several_are_answered_at_once(converse: Converse) -> None:
    async def talk(client: Client) -> Any:
        found: dict[str, Any] = {}

        async def plan(target: str) -> None:
            found[target] = await ask(client, "plan", target=target)

        async with anyio.create_task_group() as group:
            for target in ("one", "two", "three"):
                group.start_soon(plan, target)
        return found

    assert all(document["ok"] for document in converse(talk).values())


class Server:
    """The bare protocol, of a process that the tests may end."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [SCAFFOLD, "mcp"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.answer(self.ask(1, "initialize", HELLO))
        self.send({"method": "notifications/initialized"})

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, number: int, method: str, parameters: dict[str, Any]) -> int:
        self.send({"id": number, "method": method, "params": parameters})
        return number

    def answer(self, number: int) -> dict[str, Any]:
        """Each line is a message: nothing else is on stdout."""
        assert self.process.stdout
        while True:
            message: dict[str, Any] = json.loads(self.process.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == number:
                return message

    def call(self, number: int, tool: str, **arguments: str) -> int:
        return self.ask(number, "tools/call", {"name": tool, "arguments": arguments})

    def begin(self, desk: Path) -> None:
        """Let it make a project, and wait until it is in the middle of that."""
        planned = self.answer(self.call(2, "plan", target="svc"))
        token = planned["result"]["structuredContent"]["data"]["token"]
        self.call(3, "apply", token=token)
        wait_for(lambda: list(desk.glob(f"{STAGING}*/*/*")))


@pytest.fixture
def server(desk: Path, environment: dict[str, str]) -> Iterator[Server]:
    started = Server(desk, environment)
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    execute([SCAFFOLD, "new", "svc", *BARE], folder, dict(os.environ))
    return tree(folder / "svc")


def test_killed_in_the_middle_its_work_is_whole_or_not_there(
    server: Server, desk: Path, whole: dict[str, bytes]
) -> None:
    server.begin(desk)

    server.process.kill()
    wait_for(lambda: not list(desk.glob(f"{STAGING}*")))

    assert tree(desk / "svc") in ({}, whole)


def test_killed_with_its_children_nothing_is_half_written(
    server: Server, desk: Path, whole: dict[str, bytes]
) -> None:
    server.begin(desk)

    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()

    assert tree(desk / "svc") in ({}, whole)


def test_when_the_agent_goes_in_the_middle_nothing_is_left(server: Server, desk: Path) -> None:
    server.begin(desk)

    _, stderr = server.process.communicate(timeout=30)

    assert (server.process.returncode, stderr) == (0, "")
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(server: Server, desk: Path, number: signal.Signals) -> None:
    server.begin(desk)

    server.process.send_signal(number)

    assert server.process.wait(timeout=30) == 130
    assert list(desk.iterdir()) == []


def test_on_a_terminal_it_says_who_it_is_for_and_ctrl_c_ends_it(
    desk: Path, environment: dict[str, str]
) -> None:
    person = pexpect.spawn(
        str(SCAFFOLD), ["mcp"], cwd=str(desk), env=environment, encoding="utf-8", timeout=30
    )
    person.expect_exact(
        "a coding agent's client starts this: docs/how-to/use-with-an-agent.md; ctrl-c ends it\r\n"
    )

    person.sendline(
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO})
    )
    person.expect_exact("serverInfo")

    person.sendintr()
    person.expect(pexpect.EOF)
    person.close()

    assert person.exitstatus == 130


def test_it_ends_with_its_input(scaffold: Run) -> None:
    assert said(scaffold("mcp")) == (0, "", "")


def test_a_folder_that_is_not_there_is_refused(scaffold: Run) -> None:
    done = scaffold("mcp", "--root", "absent")

    assert said(done) == (
        2,
        "",
        refusal("absent is no folder", "name one with `--root`, or make it"),
    )


def test_without_its_package_it_says_how_to_install_it(
    desk: Path, environment: dict[str, str]
) -> None:
    program = "import sys; sys.modules['mcp'] = None; from scaffold import cli; cli.main()"

    done = execute([sys.executable, "-c", program, "mcp"], desk, environment)

    hint = "install it: `pip install 'service-scaffold[mcp]'`"
    message = "`scaffold mcp` needs the Python package mcp 2.3"
    assert said(done) == (7, "", refusal(message, hint))


def test_a_name_that_no_folder_can_have_is_told(converse: Converse, desk: Path) -> None:
    async def talk(client: Client) -> Any:
        return await ask(client, "plan", target="x" * 300)

    assert told(converse(talk)) == (
        "failed",
        f"{desk}/{'x' * 300} cannot be read: File name too long",
        "name a folder that you may read",
    )
