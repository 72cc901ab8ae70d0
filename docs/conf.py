"""How Sphinx makes a site of these pages, which GitHub shows as they are.

The navigation is made of the lists of links in index.md and decisions/README.md: a page that none
of them names fails the build. A link to a file outside of docs/ leads to the repository.
"""

import os
import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
PYPROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text())["project"]
REPOSITORY = PYPROJECT["urls"]["Repository"]

project = PYPROJECT["name"]
extensions = ["myst_parser"]
nitpicky = True
smartquotes = False  # would make one dash of the two before a flag
myst_heading_anchors = 4  # named as GitHub names them

# The reader's own service, and files of this repository, which tests hold to what is there.
linkcheck_ignore = [r"http://127\.0\.0\.1", f"{REPOSITORY}/(blob|tree)/main/"]

html_theme = "furo"
html_title = f"{project} {PYPROJECT['version']}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "source_repository": f"{REPOSITORY}/",
    "source_branch": "main",
    "source_directory": "docs/",
    "light_css_variables": {"color-brand-primary": "#1f5fa8", "color-brand-content": "#1f5fa8"},
    "dark_css_variables": {"color-brand-primary": "#8ab8f0", "color-brand-content": "#8ab8f0"},
}

LINK = re.compile(r"(?<=\]\()([^)\s:#]+)(#[^)\s]*)?(?=\))")
LISTED = re.compile(r"^(?:- |\d+\. )\[[^\]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)
ANCHOR = re.compile(r'^<a id="([^"]+)"></a>\n', re.MULTILINE)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def setup(app: Sphinx) -> None:
    app.connect("source-read", read)


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """As Sphinx asks for it: `source` holds the text, and is changed in place."""
    folder = (DOCS / page).parent
    text = LINK.sub(lambda link: outward(folder, *link.groups(default="")), source[0])
    text = ANCHOR.sub(r"\g<0>\n(\1)=\n", text)  # so that a link to it is checked too
    if page == "index" or page.endswith("/README"):
        text += "".join(contents(text))
    source[0] = text


def outward(folder: Path, path: str, anchor: str) -> str:
    """A path out of docs/ as an address in the repository; any other as it is."""
    target = Path(os.path.normpath(folder / path))
    if target.is_relative_to(DOCS) or not target.exists():
        return path + anchor
    kind = "tree" if target.is_dir() else "blob"
    return f"{REPOSITORY}/{kind}/main/{target.relative_to(DOCS.parent)}{anchor}"


def contents(text: str) -> list[str]:
    """Of each list, one part of the navigation under the heading above it."""
    parts = HEADING.split(text)
    lists = zip(["", *parts[1::2]], parts[::2], strict=True)
    return [toctree(heading, pages) for heading, part in lists if (pages := LISTED.findall(part))]


def toctree(heading: str, pages: list[str]) -> str:
    options = [":hidden:", *[f":caption: {heading}"] * bool(heading)]
    return "\n".join(["\n```{toctree}", *options, "", *pages, "```\n"])
