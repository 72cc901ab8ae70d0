import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from alembic import command
from alembic.config import Config

from app import migrations


def test_the_models_have_nothing_that_no_migration_makes() -> None:
    assert migrations.check() is None


def test_migrations_go_down_and_up_again() -> None:
    config = Config(toml_file="pyproject.toml")

    command.downgrade(config, "base")
    command.upgrade(config, "head")

    assert migrations.check() is None


def test_two_at_once_both_succeed() -> None:
    migrate = [sys.executable, "-m", "app.cli", "migrate"]
    command.downgrade(Config(toml_file="pyproject.toml"), "base")

    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda _: subprocess.run(migrate, check=False), range(2)))

    assert [run.returncode for run in runs] == [0, 0]
    assert migrations.check() is None
