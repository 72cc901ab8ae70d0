"""Projects as a release of the template makes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold.choices import answers, questions
from scaffold.template import releases, rendering


def render(folder: Path, release: str, given: Mapping[str, Any] | None = None) -> None:
    """With the defaults for what is not given."""
    with releases.source(release) as source:
        asked = questions.read(source, folder.name)
        complete = answers.complete(asked, given or {}, defaults=True)
        rendering.render(source, folder, complete, release)
