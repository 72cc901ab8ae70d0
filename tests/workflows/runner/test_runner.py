"""The runner does as GitHub does: above all, it fails where that would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generated.process import run
from tests.workflows.runner.runner import Github, Run

Play = Callable[..., Run]


@pytest.fixture
def play(github: Github, tmp_path: Path) -> Play:
    """`play(job={"steps": [...]})` → what became of a workflow with these jobs."""

    def play(files: dict[str, str] | None = None, **jobs: dict[str, Any]) -> Run:
        project = tmp_path / "project"
        run(tmp_path, "git", "init", "--quiet", "project")
        workflow = {"name": "play", "on": ["push"], "env": {"FROM": "workflow"}, "jobs": jobs}
        _write(project, {".github/workflows/play.yml": yaml.safe_dump(workflow)} | (files or {}))
        run(project, "git", "add", "--all")
        run(project, "git", "commit", "--quiet", "--message=Start")
        github.host(project)
        return github.start("play.yml")

    return play


def steps(*scripts: str | dict[str, Any]) -> dict[str, Any]:
    return {"steps": [{"run": each} if isinstance(each, str) else each for each in scripts]}


def test_what_a_step_leaves_is_there_for_the_next(play: Play) -> None:
    done = play(
        only=steps(
            'mkdir bin && printf "#!/bin/sh\\necho own" >bin/own && chmod +x bin/own',
            'echo "$PWD/bin" >>"$GITHUB_PATH"; echo "A=1" >>"$GITHUB_ENV"',
            {"id": "says", "run": 'printf "text<<END\\none\\ntwo\\nEND\\n" >>"$GITHUB_OUTPUT"'},
            {
                "run": 'test "$(own) $A $B" = "own 1 one\ntwo"',
                "env": {"B": "${{ steps.says.outputs.text }}"},
            },
            'echo "seen" >>"$GITHUB_STEP_SUMMARY"',
        )
    )

    assert (done.result, done.summary) == ("success", "seen\n"), done.said


def test_the_nearest_env_holds(play: Play) -> None:
    done = play(
        only=steps('test "$FROM" = job', {"run": 'test "$FROM" = step', "env": {"FROM": "step"}})
        | {"env": {"FROM": "job"}},
        other=steps('test "$FROM" = workflow'),
    )

    assert done.result == "success", done.said


def test_after_a_failure_only_what_asks_for_it_runs(play: Play) -> None:
    done = play(
        first=steps(
            "false", "true", {"run": "true", "if": "failure()"}, {"run": "true", "if": "always()"}
        ),
        second=steps("true") | {"needs": "first"},
        third=steps("true") | {"needs": "second"},
        rescue=steps("true") | {"needs": "second", "if": "failure()"},
        cleaning=steps("true") | {"needs": ["first", "third"], "if": "${{ always() }}"},
    )

    assert done.result == "failure"
    assert [step["result"] for step in done.jobs["first"]["steps"]] == [
        "failure",
        "skipped",
        "success",
        "success",
    ]
    results = {name: job["result"] for name, job in done.jobs.items()}
    assert results == {
        "first": "failure",
        "second": "skipped",
        "third": "skipped",
        "rescue": "success",
        "cleaning": "success",
    }


def test_outputs_reach_the_jobs_that_need_them(play: Play) -> None:
    done = play(
        first=steps({"id": "a", "run": 'echo "n=4" >>"$GITHUB_OUTPUT"'})
        | {"outputs": {"n": "${{ steps.a.outputs.n }}"}},
        second=steps({"run": 'test "$N" = 4', "env": {"N": "${{ needs.first.outputs.n }}"}})
        | {"needs": "first"},
    )

    assert done.result == "success", done.said


def test_each_cell_of_a_matrix_runs(play: Play) -> None:
    matrix = {"a": [1, 2], "b": ["x"], "include": [{"a": 3, "b": "y"}], "exclude": [{"a": 2}]}

    done = play(
        only=steps("echo ${{ matrix.a }}${{ matrix.b }}") | {"strategy": {"matrix": matrix}}
    )

    assert [step["output"] for step in done.steps()] == ["1x\n", "3y\n"]


def test_a_workflow_calls_another_with_inputs_and_secrets(play: Play, github: Github) -> None:
    github.secrets["KEY"] = "hidden"
    called = {
        "on": {"workflow_call": {"outputs": {"out": {"value": "${{ jobs.inner.outputs.out }}"}}}},
        "jobs": {
            "inner": steps(
                {
                    "id": "a",
                    "run": 'echo "out=$GIVEN-$KEY" >>"$GITHUB_OUTPUT"',
                    "env": {"GIVEN": "${{ inputs.given }}", "KEY": "${{ secrets.KEY }}"},
                }
            )
            | {"outputs": {"out": "${{ steps.a.outputs.out }}"}}
        },
    }

    done = play(
        {".github/workflows/called.yml": yaml.safe_dump(called)},
        first={
            "uses": "$/.github/workflows/called.yml",
            "with": {"given": "input"},
            "secrets": "inherit",
        },
        second=steps("test ${{ needs.first.outputs.out }} = input-hidden") | {"needs": "first"},
    )

    assert done.result == "success", done.said


def test_a_checkout_has_what_is_committed_and_no_more(play: Play) -> None:
    checkout = {"uses": "actions/checkout@v7"}

    done = play({"file": "text"}, only=steps("test ! -e file", checkout, "grep text file; git log"))

    assert done.result == "success", done.said


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"uses": "octo/unknown@v1"}, "no shim for octo/unknown"),
        ({"uses": "actions/checkout@v7", "with": {"deep": 1}}, "does not know deep"),
        ({"uses": "docker/login-action@v4", "with": {"username": "me"}}, "lacks password"),
        ({"run": "redis-server --version"}, "not found"),
        ({"run": "make nothing"}, "No rule to make target"),
        ({"run": "sh scripts/none.sh"}, "scripts/none.sh"),
        ({"run": "sudo apt-get install --yes no-such-package"}, "no-such-package"),
        ({"run": "echo ${{ stepps.a }}"}, "stepps"),
        ({"run": "sleep 60", "timeout-minutes": 0.005}, ""),
        ({"run": "false | true", "shell": "bash"}, ""),
        ({"run": 'test "$PWD" = "$OLDPWD" || cat ~/.ssh/*'}, "No such file"),
    ],
)
def test_what_fails_there_fails_here(play: Play, step: dict[str, Any], said: str) -> None:
    done = play(only=steps(step, "true"))

    assert done.result == "failure"
    assert said in done.said


def test_a_pipe_without_a_named_shell_hides_a_failure(play: Play) -> None:
    assert play(only=steps("false | true")).result == "success"


def test_what_the_runner_cannot_do_is_never_passed_over(play: Play) -> None:
    with pytest.raises(AssertionError, match="services, which is not run here"):
        play(only=steps("true") | {"services": {"redis": {"image": "redis"}}})


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
