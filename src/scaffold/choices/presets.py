"""Sets of answers with a name: the template's, and those that a person keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold import distribution, places
from scaffold.choices import questions
from scaffold.choices.answers import Given, from_file, from_key
from scaffold.choices.questions import Answers, Questionnaire, written
from scaffold.errors import Usage, did_you_mean

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Preset:
    name: str
    title: str
    gives: str
    path: Path | None = None  # of a person's own
    values: Mapping[str, Any] | None = None  # of the template's

    def gist(self, given: Answers) -> str:
        """What it gives, as the template says, or the answers that a person's own has."""
        said = (f"{key} {written(answer)}" for key, answer in given.items())
        return self.gives or f"yours: {'; '.join(said)}"

    def answers(self, questionnaire: Questionnaire) -> Given:
        """Raises Usage for what is no answer here."""
        if self.path:
            return from_file(questionnaire, self.path)
        values = self.values or {}
        return {key: from_key(questionnaire, key, values[key]) for key in values}


def known() -> dict[str, Preset]:
    """By name: the template's, then a person's own, which take the place of one of that name."""
    listed: dict[str, Any] = questions.facts(distribution.source(), "presets") or {}
    found = {
        name: Preset(name, each["name"], each["gives"], values=each["answers"])
        for name, each in listed.items()
    }
    files = _folder().glob("*.yml") if places.has(_folder()) else ()
    own = sorted(path for path in files if NAME.fullmatch(path.stem))
    return found | {path.stem: Preset(path.stem, path.stem, "", path) for path in own}


def names() -> list[str]:
    return [*known()]


def find(word: str) -> Preset:
    """The preset of that name, or in the file: that has an ending, or a folder."""
    if "." in word or "/" in word:
        return Preset(word, word, "", Path(word))
    presets = known()
    if word not in presets:
        otherwise = f"Presets: {', '.join(presets)}; a file is named with its ending, or a `/`"
        raise Usage(f"`{word}` is not a preset", did_you_mean(word, [*presets], otherwise))
    return presets[word]


def answers(questionnaire: Questionnaire, word: str) -> Given:
    return find(word).answers(questionnaire)


def save(name: str, chosen: Answers, *, force: bool) -> Path:
    """Raises Usage for a name that would not be found again, or that is taken."""
    import yaml

    if not NAME.fullmatch(name):
        raise Usage(
            f"`{name}` is no name for a preset",
            "use lower-case letters, digits and single hyphens: my-team",
        )
    path = _folder() / f"{name}.yml"
    if name in known() and not force:
        where = path if path.exists() else "the template has it"
        raise Usage(f"`{name}` is a preset already ({where})", "`--force` takes its place")
    places.write(path, yaml.safe_dump(dict(chosen), sort_keys=False, allow_unicode=True))
    return path


def defaults() -> Path | None:
    """A person's own defaults, if there are some."""
    path = places.settings() / "defaults.yml"
    return path if places.has(path) else None


def _folder() -> Path:
    return places.settings() / "presets"
