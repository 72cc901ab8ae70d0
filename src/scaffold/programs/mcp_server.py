"""The Model Context Protocol over stdio: the tools of `scaffold mcp`, by the official SDK."""

import json
import os
import signal
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field, WithJsonSchema

from scaffold import distribution, interruption
from scaffold.choices import questions
from scaffold.choices.questions import Question
from scaffold.errors import Cancelled
from scaffold.programs.agents import Desk, Document

INSTRUCTIONS = """\
Makes backend services from a template, and keeps them current. Ask `options` what can be chosen,
`plan` what would be written, show that to the person, then `apply` the plan's token. `check` says
whether a project is current and clean. Nothing is written but by `apply`; nothing is installed."""

LOOKS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False
)

Target = Annotated[str, Field(description="The project's folder, from the server's folder.")]
Diff = Annotated[bool, Field(description="With the changes of a project as a patch, in `diff`.")]
Token = Annotated[str, Field(description="The token that `plan` answered.")]


def serve(root: Path) -> None:
    """Until stdin ends, or a signal comes. Nothing but the protocol goes to stdout."""
    anyio.run(_serve, Desk(root))


async def _serve(desk: Desk) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_listen, desk)
        await make(desk).run_stdio_async()
        group.cancel_scope.cancel()


async def _listen(desk: Desk) -> None:
    ending = [each for each in interruption.ENDING if signal.getsignal(each) != signal.SIG_IGN]
    with anyio.open_signal_receiver(*ending) as signals:
        async for _ in signals:
            await desk.end()
            os._exit(Cancelled.exit_code)  # the SDK waits for a line on stdin, whatever comes


def make(desk: Desk) -> MCPServer:
    server = MCPServer(
        "scaffold",
        title="Service scaffold",
        instructions=INSTRUCTIONS,
        version=distribution.version(),
        log_level="WARNING",
    )
    Chosen = Annotated[  # noqa: N806 a type, of the questions that there are
        dict[str, str | list[str]], WithJsonSchema(_answers())
    ]

    @server.tool(title="What can be chosen", annotations=LOOKS)
    async def options() -> CallToolResult:
        """Every question with its choices, what each gives or costs, its default, and what it
        cannot go together with."""
        return _told(await desk.options())

    @server.tool(title="What would be written", annotations=LOOKS)
    async def plan(
        target: Target,
        answers: Chosen = {},  # noqa: B006 never changed
        diff: Diff = False,
    ) -> CallToolResult:
        """What would be done, and a token for `apply`. Where `target` is no project: a new one with
        these answers, defaults for the rest. Where it is one: the changes that other answers make;
        without answers, those of the newest release. A combination that cannot be is refused, with
        the reason and with answers that can."""
        return _told(await desk.plan(target, answers, diff=diff))

    @server.tool(title="Do what was planned", annotations=WRITES)
    async def apply(token: Token) -> CallToolResult:
        """Does the plan of this token, all of it or nothing: a new project with its first commit,
        or a commit on top of an existing one. Refused when anything changed since the plan."""
        return _told(await desk.apply(token))

    @server.tool(title="Is a project current and clean", annotations=LOOKS)
    async def check(target: Target) -> CallToolResult:
        """Newer releases, files that differ from what the template keeps, conflicts left."""
        document = await desk.check(target)
        return _told(document, found=bool(document["data"]))

    return server


def _answers() -> dict[str, Any]:
    asked = questions.read(distribution.source())
    return {
        "type": "object",
        "description": "By question; one left out is its default, or stays as it is.",
        "properties": {question.key: _schema(question) for question in asked.questions},
    }


def _schema(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {"description": question.help}
    one = {"type": "string", **({"enum": question.values} if question.choices else {})}
    return told | ({"type": "array", "items": one} if question.several else one)


def _told(document: Document, *, found: bool = False) -> CallToolResult:
    """The document, as text too; `found`: that it is not ok is what was asked for."""
    return CallToolResult(
        content=[TextContent(type="text", text=json.dumps(document))],
        structured_content=document,
        is_error=not document["ok"] and not found,
    )
