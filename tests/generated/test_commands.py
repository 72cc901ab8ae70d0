"""What the owner of a new project does first."""

import contextlib
import subprocess

import httpx2
import pexpect
import yaml

from tests.generated.conftest import Project
from tests.generated.process import (
    SECRET_KEY,
    Database,
    environment,
    free_port,
    run,
    wait_until,
)


def test_the_printed_commands_bring_it_up(project: Project) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command, *words = project.following[-1]
    terminal = pexpect.spawn(
        command, words, cwd=project.folder, env=environment(PORT=str(port)), timeout=30
    )
    with contextlib.closing(terminal):
        terminal.expect_exact(f"{url}/docs")
        wait_until(url + "/ready", 200, 30)

        statuses = {
            path: httpx2.get(url + path, trust_env=False).status_code
            for path in ("/health", "/ready", "/docs", "/openapi.json", "/api/v1/items")
        }

        terminal.sendintr()
        terminal.expect(pexpect.EOF, timeout=5)
    assert set(statuses.values()) == {200}, statuses


def test_a_new_project_is_what_was_asked_for(each_project: Project) -> None:
    remembered = yaml.safe_load((each_project.folder / ".copier-answers.yml").read_text())

    assert each_project.answers.items() <= remembered.items()


def test_a_new_project_is_clean(each_project: Project) -> None:
    run(each_project.folder, "make", "check")

    assert run(each_project.folder, "git", "status", "--short") == ""


def test_the_tests_of_a_new_project_pass(each_project: Project) -> None:
    assert " passed" in run(each_project.folder, "make", "test")


def test_every_combination_is_migrated(each_project: Project) -> None:
    app = ".venv/bin/app"
    with Database(each_project.folder) as database:
        settings = {"DATABASE_URL": database.create("fresh"), "SECRET_KEY": SECRET_KEY}
        for command in ("migrate", "migrate", "migrations check"):
            run(each_project.folder, app, *command.split(), **settings)


def test_make_alone_lists_every_target(project: Project) -> None:
    listed = run(project.folder, "make")

    for target in ("setup", "dev", "check", "fix", "test", "migrate", "migration"):
        assert f"make {target} " in listed


def test_the_migrations_as_sql_make_the_same_database(project: Project, database: Database) -> None:
    app = str(project.folder / ".venv/bin/app")
    url = database.create("by_hand")

    script = subprocess.run(
        [app, "migrations", "sql"],
        cwd=project.folder,
        env=environment(DATABASE_URL=url, LOG_LEVEL="ERROR"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    database.execute(url, script)

    run(project.folder, app, "migrations", "check", DATABASE_URL=url)
