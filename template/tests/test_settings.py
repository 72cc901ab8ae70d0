import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import EXAMPLE, SCHEMES, Settings, unknown_keys
from dev.settings import lines

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz"
URL = f"{SCHEMES[0]}:///somewhere"


def test_the_example_lists_every_setting() -> None:
    text = Path(".env.example").read_text(encoding="utf-8")

    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE))

    assert {name.upper() for name in Settings.model_fields} <= listed


def test_the_page_is_that_of_the_class() -> None:
    page = Path("docs/settings.md").read_text(encoding="utf-8")

    assert page == "\n".join([*lines(), ""]), "python -m dev.settings > docs/settings.md"


def test_what_nothing_reads_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(".env.example").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path(".env.example").write_text(example, encoding="utf-8")
    Path(".env").write_text("PORT=1\nPROT=1\nTEST_DATABASE_URL=x\n", encoding="utf-8")

    assert unknown_keys() == ["PROT"]


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("secret", ["", "short", "a" * 40, "abab" * 10, EXAMPLE])
def test_a_weak_secret_is_refused_by_name(environment: str, secret: str) -> None:
    weak = {"environment": environment, "secret_key": secret, "database_url": URL}

    with pytest.raises(ValidationError, match="SECRET_KEY"):
        Settings.model_validate(weak)


def test_every_origin_is_refused_outside_development() -> None:
    strong = {"environment": "production", "secret_key": STRONG, "database_url": URL}

    with pytest.raises(ValidationError, match="CORS_ORIGINS"):
        Settings.model_validate(strong | {"cors_origins": "*"})


def test_a_refusal_never_shows_the_value() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"port": "SECRET", "database_url": URL})

    assert "SECRET" not in str(refused.value)


def test_a_missing_secret_is_made_up_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    one, other = (Settings.model_validate({"database_url": URL}) for _ in range(2))

    assert len(one.secret_key.get_secret_value()) >= 32
    assert one.secret_key != other.secret_key


def test_origins_are_listed_by_comma() -> None:
    listed = Settings.model_validate(
        {"database_url": URL, "cors_origins": "https://a.example, https://b.example"}
    )

    assert listed.cors_origins == {"https://a.example", "https://b.example"}


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
def test_a_url_of_another_kind_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({"database_url": URL} | {name: "oracle://localhost"})
