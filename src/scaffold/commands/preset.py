"""`scaffold preset`: sets of answers with a name."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from scaffold import distribution
from scaffold.choices import answers, presets, questions
from scaffold.choices.answers import Given
from scaffold.choices.presets import Preset
from scaffold.choices.questions import Questionnaire
from scaffold.commands.flags import Json, with_flags
from scaffold.errors import Refusal, Usage
from scaffold.report import Report
from scaffold.text import rows
from scaffold.update import project

SAVE_EPILOG = """\b
Examples:
  scaffold preset save team --database mysql --auth oidc
  scaffold preset save billing --from services/billing
"""
LIST_EPILOG = """\b
Examples:
  scaffold preset list
  scaffold preset list --json
"""
SHOW_EPILOG = """\b
Examples:
  scaffold preset show minimal
  scaffold preset show team.yml --json
"""

Found = tuple[Callable[..., None], str]


def _save(questionnaire: Questionnaire) -> Callable[..., None]:
    def save(
        name: Annotated[
            str, typer.Argument(metavar="NAME", help="How to call it.", show_default=False)
        ],
        *,
        origin: Annotated[
            Path | None,
            typer.Option(
                "--from",
                metavar="PROJECT",
                help="Take the answers of a project, but its name and its description.",
                show_default=False,
            ),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help="Take the place of one of that name.")
        ] = False,
        as_json: Json = False,
        **flags: str | list[str] | None,
    ) -> None:
        """Keep answers under a name, for `scaffold new --preset NAME`."""
        report = Report("preset save", as_json)
        taken = _of_project(questionnaire, origin) if origin else {}
        chosen = taken | answers.from_flags(questionnaire, flags)
        if not chosen:
            raise Usage(
                "a preset needs answers", "give them as flags, or take them `--from PROJECT`"
            )
        answers.complete(questionnaire, chosen, defaults=True)  # refused if they go not together
        path = presets.save(name, chosen, force=force)
        report.say(f"{name} is kept in {path}: `scaffold new myservice --preset {name}`")
        report.finish({"name": name, "path": str(path), "answers": chosen})

    return with_flags(save, questionnaire, defaults=False)


def listing(*, as_json: Json = False) -> None:
    """The presets: the template's, and your own."""
    questionnaire = _questionnaire()
    report = Report("preset list", as_json)
    found = [(preset, *_read(questionnaire, preset)) for preset in presets.known().values()]
    table = [(preset.name, problem or preset.gist(given)) for preset, given, problem in found]
    report.show(rows(table).encode())
    report.finish(
        {
            "presets": [
                _data(preset, given) | {"problem": problem or None}
                for preset, given, problem in found
            ]
        }
    )


def show(
    preset: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE", help="Which, by name or as a YAML file.", show_default=False
        ),
    ],
    *,
    as_json: Json = False,
) -> None:
    """The answers of one preset, as `--data-file` reads them."""
    import yaml

    questionnaire = _questionnaire()
    report = Report("preset show", as_json)
    found = presets.find(preset)
    given = found.answers(questionnaire)
    text = yaml.safe_dump(given, sort_keys=False, allow_unicode=True) if given else ""
    report.show(text.encode())
    report.finish(_data(found, given))


def _questionnaire() -> Questionnaire:
    # The name of a folder decides nothing in a preset, and has to be one.
    return questions.read(distribution.source(), folder="myservice")


def _of_project(questionnaire: Questionnaire, folder: Path) -> Given:
    """What the project chose: not what it is called, nor what it does."""
    recorded = project.read(folder, "name the folder of a project")
    given = answers.from_project(questionnaire, project.public(recorded))
    return {key: answer for key, answer in given.items() if questionnaire[key].choices}


def _read(questionnaire: Questionnaire, preset: Preset) -> tuple[Given, str]:
    """The answers, or why a preset of one's own cannot be used."""
    try:
        return preset.answers(questionnaire), ""
    except Refusal as refusal:
        return {}, refusal.message


def _data(preset: Preset, given: Given) -> dict[str, object]:
    path = str(preset.path) if preset.path else None
    return {"name": preset.name, "gives": preset.gives, "path": path, "answers": given}


GROUP: dict[str, Found] = {
    "save": (_save(_questionnaire()), SAVE_EPILOG),
    "list": (listing, LIST_EPILOG),
    "show": (show, SHOW_EPILOG),
}
