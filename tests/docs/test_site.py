"""docs/ as a site: it builds without a warning, and needs nothing that is not in it."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest

from tests import ROOT

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "srcset"}


class Page(HTMLParser):
    """The names in a page that can be linked to, its links, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.names, self.links, self.loads = set[str](), list[str](), list[str]()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.names |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if values.get(LOADED.get(tag, "")):
            self.loads.append(values[LOADED[tag]])


def make(docs: Path, folder: Path, target: str = "docs") -> subprocess.CompletedProcess[str]:
    """`make docs` of a checkout with these pages, all of it in `folder`."""
    command = ["make", f"--file={ROOT / 'Makefile'}", target, f"BIN={ROOT / '.venv/bin'}"]
    return subprocess.run(
        [*command, f"BUILD={folder}"], cwd=docs.parent, capture_output=True, check=False, text=True
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    folder = tmp_path_factory.mktemp("site")
    made = make(ROOT / "docs", folder)
    assert (made.returncode, made.stderr) == (0, "")
    return {path: Page(path) for path in sorted((folder / "docs").rglob("*.html"))}


def test_every_page_is_in_the_site(site: dict[Path, Page]) -> None:
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).with_suffix("") for path in docs.rglob("*.md")}
    made = {path.as_posix().partition("/docs/")[2] for path in site}

    assert {f"{page}.html" for page in pages} - made == set()


def test_a_page_loads_nothing_from_elsewhere(site: dict[Path, Page]) -> None:
    assert [load for page in site.values() for load in page.loads if urlsplit(load).netloc] == []


def test_a_link_within_the_site_leads_to_a_page_and_to_a_place_in_it(
    site: dict[Path, Page],
) -> None:
    broken = [
        (path.name, link)
        for path, page in site.items()
        for link in page.links
        if not urlsplit(link).scheme and not leads_somewhere(site, path, link)
    ]

    assert broken == []


def leads_somewhere(site: dict[Path, Page], path: Path, link: str) -> bool:
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in site:
        return target.exists()
    return parts.fragment in {"", *site[target].names}


def test_a_link_out_of_the_pages_leads_to_a_file_of_the_repository(site: dict[Path, Page]) -> None:
    links = {link for page in site.values() for link in page.links}
    named = [re.search(r"/(?:blob|tree|edit)/main/([^#?]+)", link) for link in links]

    assert [found[1] for found in named if found and not (ROOT / found[1]).exists()] == []


DEFECTS = {
    "[away](gone.md)": "'myst' cross-reference target not found: 'gone.md'",
    "[away](index.md#gone)": "local id not found in doc 'index': 'gone'",
    "![away](gone.svg)": "image file not readable: gone.svg",
    "```unheard-of\n```": "Pygments lexer name 'unheard-of' is not known",
}


def pages(folder: Path, **texts: str) -> Path:
    """A site of these pages, in the settings of ours."""
    docs = folder / "docs"
    shutil.copytree(ROOT / "docs", docs, ignore=shutil.ignore_patterns("*.md", "*.svg"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, text in texts.items():
        (docs / f"{name}.md").write_text(text)
    return docs


def test_a_defect_in_a_page_or_a_page_that_no_list_names_fails_the_build(tmp_path: Path) -> None:
    index = "# Site\n\n- [Page](page.md)\n"
    page = "\n\n".join(["# Page", *DEFECTS])
    docs = pages(tmp_path, index=index, page=page, unlisted="# Unlisted\n")

    made = make(docs, tmp_path / "build")

    assert made.returncode == 2
    unlisted = "unlisted.md: WARNING: document isn't included in any toctree"
    assert [each for each in [*DEFECTS.values(), unlisted] if each not in made.stderr] == []
    assert made.stderr.count("WARNING") == 5


class Site(BaseHTTPRequestHandler):
    """Another's, with one page."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def test_an_address_of_another_site_that_is_gone_is_named(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("localhost", 0), Site) as server:
        Thread(target=server.serve_forever).start()
        site = f"http://localhost:{server.server_port}"
        docs = pages(tmp_path, index=f"# Site\n\n<{site}/there>, <{site}/gone>\n")
        made = make(docs, tmp_path / "build", "links")
        server.shutdown()

    assert made.returncode == 2
    assert re.findall(r"broken link: \S+", made.stderr) == [f"broken link: {site}/gone"]
