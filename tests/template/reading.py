"""What a rendered project holds, and what any reader of it needs to hold true."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml


def files(project: Path) -> list[Path]:
    """Every file but git's own."""
    found = (path for path in project.rglob("*") if path.is_file())
    return sorted(path for path in found if ".git" not in path.relative_to(project).parts)


def names(project: Path) -> list[str]:
    return [path.relative_to(project).as_posix() for path in files(project)]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def assert_parses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".py":
            ast.parse(text, feature_version=(3, 11))
        case ".toml":
            tomllib.loads(text)
        case ".yml" | ".yaml":
            list(yaml.safe_load_all(text))
        case ".json":
            json.loads(text)


def assert_clean(project: Path) -> None:
    """By ruff, with the project's own settings."""
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet"]
        run = subprocess.run(ruff, cwd=project, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
