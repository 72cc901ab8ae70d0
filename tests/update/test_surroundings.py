"""The same update in every kind of repository, and under settings that are made to spoil it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import GITCONFIG
from tests.update.cases import MINE, THEIRS, Case, line
from tests.update.conftest import Begin
from tests.update.service import Done, Service, run, start, state
from tests.update.toys import LINES, Installation

TOOL = "#!/bin/sh\nexit 0\n"


def _edits(folder: Path) -> None:
    for name in ("merged.txt", "an edit.txt", "schön.txt", "qu'o\"te.txt"):
        (folder / name).write_text(line(3, MINE))
    (folder / "old.txt").write_text("old\n" + line(3, MINE))
    (folder / "deleted.txt").unlink()
    (folder / "tool.sh").chmod(0o755)
    (folder / "mine").mkdir()
    for name in ("new\nline", "tab\t", "*", "-rf", ":(top)x", "empty"):
        (folder / "mine" / name).write_text("" if name == "empty" else f"{MINE} {name}")
    (folder / "mine/script").write_text(TOOL)
    (folder / "mine/script").chmod(0o755)
    (folder / "mine/link").symlink_to("../merged.txt")
    (folder / "mine/nowhere").symlink_to("/no/such/place")


# Everything that an update can do to a file, but for conflicts.
EVERYTHING = Case(
    {
        ".gitignore": "ignored.txt\n",
        "merged.txt": LINES,
        "an edit.txt": LINES,
        "schön.txt": LINES,
        "qu'o\"te.txt": LINES,
        "old.txt": "old\n" + LINES,
        "deleted.txt": LINES,
        "dropped/only.txt": LINES,
        "tool.sh": TOOL,
        "endless.txt": LINES + "end",
        "picture.bin": b"\x00\x01\r\n\x02",
        "start.bat": "echo 1\r\necho 2\r\n",
    },
    {
        "merged.txt": line(15, THEIRS),
        "an edit.txt": line(15, THEIRS),
        "schön.txt": line(15, THEIRS),
        "qu'o\"te.txt": line(15, THEIRS),
        "old.txt": None,
        "sub folder/new name.txt": "old\n" + line(15, THEIRS),
        "deleted.txt": line(15, THEIRS),
        "dropped/only.txt": None,
        "tool.sh": TOOL + "# newer\n",
        "endless.txt": line(15, THEIRS) + "end",
        "picture.bin": b"\x00\x01\r\n\x03\r",
        "start.bat": "echo 1\r\necho 3\r\n",
        "added/a b/ü.txt": "\ufeffnew",
    },
    _edits,
)
BOTH = line(15, THEIRS, line(3, MINE)).encode()
WANTED = {
    "merged.txt": ("100644", BOTH),
    "an edit.txt": ("100644", BOTH),
    "schön.txt": ("100644", BOTH),
    "qu'o\"te.txt": ("100644", BOTH),
    "sub folder/new name.txt": ("100644", b"old\n" + BOTH),
    "tool.sh": ("100755", (TOOL + "# newer\n").encode()),
    "endless.txt": ("100644", (line(15, THEIRS) + "end").encode()),
    "picture.bin": ("100644", b"\x00\x01\r\n\x03\r"),
    "start.bat": ("100644", b"echo 1\r\necho 3\r\n"),
    "added/a b/ü.txt": ("100644", "\ufeffnew".encode()),
    ".gitignore": ("100644", b"ignored.txt\n"),
    "mine/new\nline": ("100644", f"{MINE} new\nline".encode()),
    "mine/tab\t": ("100644", f"{MINE} tab\t".encode()),
    "mine/*": ("100644", f"{MINE} *".encode()),
    "mine/-rf": ("100644", f"{MINE} -rf".encode()),
    "mine/:(top)x": ("100644", f"{MINE} :(top)x".encode()),
    "mine/empty": ("100644", b""),
    "mine/script": ("100755", TOOL.encode()),
    "mine/link": ("120000", b"../merged.txt"),
    "mine/nowhere": ("120000", b"/no/such/place"),
}


def updated(service: Service, done: Done, wanted: Mapping[str, tuple[str, bytes]] = WANTED) -> None:
    """One commit, of what is wanted and nothing else; the folder is as git would check it out."""
    assert (done.code, done.error, done.data.get("done")) == (0, "", "committed"), done
    assert service.commits()[1] == "mine"
    found = service.committed()
    found.pop(".copier-answers.yml")
    assert found == wanted
    assert service.status() == ""
    assert set(service.names()) >= wanted.keys()
    assert (done.kept, done.data["notes"]) == ({"deleted.txt": "you deleted it"}, [])


def configure(service: Service, text: str) -> None:
    (Path(service.environment["HOME"]) / ".gitconfig").write_text(GITCONFIG + text)


HOSTILE = {
    "none": "",
    "line ends": "[core]\nautocrlf = true\nsafecrlf = true\n",
    "line ends on the way in": "[core]\nautocrlf = input\nsafecrlf = true\n",
    "all is CRLF": "[core]\neol = crlf\nattributesFile = {home}/attributes\n",
    "hooks that fail": "[core]\nhooksPath = {home}/hooks\n",
    "another diff": "[diff]\nexternal = false\nnoprefix = true\nrenames = false\n",
    "another merge": "[merge]\nconflictStyle = zdiff3\nrenames = false\ndirectoryRenames = true\n"
    "renormalize = true\nlog = true\nff = only\nverifySignatures = true\n",
    "another look": "[core]\nquotePath = true\n[color]\nui = always\n[status]\n"
    "showUntrackedFiles = no\nshort = true\nrelativePaths = false\n[log]\nshowSignature = true\n",
    "a monitor": "[core]\nfsmonitor = true\nuntrackedCache = true\n[feature]\nmanyFiles = true\n",
    "a broken monitor": "[core]\nfsmonitor = /no/such/monitor\n",
    "remembered resolutions": "[rerere]\nenabled = true\nautoUpdate = true\n",
    "an ignore list": "[core]\nexcludesFile = {home}/ignore\n",
    "a split index": "[core]\nsplitIndex = true\n[index]\nversion = 4\n",
    "modes ignored": "[core]\nfileMode = false\n",
    "names composed": "[core]\nprecomposeUnicode = true\nprotectHFS = true\nprotectNTFS = false\n",
    "a template": "[alias]\ncommit = !false\n[commit]\ntemplate = /no/such\nverbose = true\n"
    "cleanup = scissors\n[core]\neditor = false\npager = false\ncommentChar = m\n",
    "bare by default": "[safe]\nbareRepository = explicit\n",
    "signed by nobody": "[user]\nsigningKey = none\n[tag]\ngpgSign = true\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_settings_do_not_change_what_is_committed(begin: Begin, name: str) -> None:
    service = begin(EVERYTHING)
    home = Path(service.environment["HOME"])
    (home / "attributes").write_text("* text=auto eol=crlf\n")
    (home / "ignore").write_text("*.txt\nadded\n")
    (home / "hooks").mkdir()
    for hook in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-checkout", "post-commit"):
        (home / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {home}/called\nexit 1\n")
        (home / "hooks" / hook).chmod(0o755)
    configure(service, HOSTILE[name].format(home=home))
    before = service.committed()

    done = service.update()

    wanted = dict(WANTED)
    if name == "modes ignored":
        wanted["tool.sh"] = (before["tool.sh"][0], wanted["tool.sh"][1])
    updated(service, done, wanted)
    assert not (home / "called").exists()


ATTRIBUTES = {
    "as they are": "* -text\n",
    "CRLF": "* text=auto eol=crlf\n",
    "idents": "*.txt ident\n",
    "union": "*.txt merge=union\n",
    "a merge driver that works": "*.txt merge=good\n",
    "a merge driver that is not there": "*.txt merge=missing\n",
    "a diff driver": "* diff=broken\n",
    "export": "* export-ignore export-subst\n",
}
DRIVERS = """\
[merge "good"]
driver = git merge-file -L ours -L base -L theirs %A %O %B
[merge "ours"]
driver = true
[diff "broken"]
command = false
textconv = false
[filter "rot"]
clean = tr a-z n-za-m
smudge = tr a-z n-za-m
required = true
"""


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_of_its_owner_are_kept_to(begin: Begin, name: str) -> None:
    service = begin(EVERYTHING)
    configure(service, DRIVERS)
    (service.folder / ".gitattributes").write_text(ATTRIBUTES[name])
    service.git("add", "--all", "--renormalize", ".")
    service.commit("mine")

    done = service.update()

    assert (done.code, done.error, done.data.get("done")) == (0, "", "committed"), done
    assert service.status() == ""
    text = service.text("merged.txt").replace("\r\n", "\n")
    assert text == BOTH.decode()


def test_files_that_go_through_a_filter_of_their_owner_s_stay_as_they_are(begin: Begin) -> None:
    service = begin(EVERYTHING)
    configure(service, DRIVERS)
    (service.folder / ".gitattributes").write_text("merged.txt filter=rot\n")
    service.git("add", "--all", "--renormalize", ".")
    service.commit("mine")
    before = service.standing()

    done = service.update()

    assert done.conflicts == {"merged.txt": "content"}
    assert MINE in service.text("merged.txt")
    assert service.update("--abort").code == 0
    assert service.standing() == before


def test_a_merge_driver_that_takes_one_side_is_obeyed_and_it_is_said(begin: Begin) -> None:
    service = begin(EVERYTHING)
    configure(service, DRIVERS)
    service.edit({".gitattributes": "merged.txt merge=ours\n"})

    done = service.update()

    assert (done.code, service.text("merged.txt")) == (0, line(3, MINE))
    assert done.data["notes"] == ["merged.txt: your merge driver left the template's change out"]


# Places -----------------------------------------------------------------------


def _worktree(service: Service) -> Service:
    place = service.top.parent / "worktree"
    service.git("worktree", "add", "--quiet", "-b", "side", str(place))
    return Service(place, service.installation, service.environment, place)


def _shallow(service: Service) -> Service:
    place = service.top.parent / "shallow"
    service.git("clone", "--quiet", "--depth", "1", f"file://{service.top}", str(place))
    return Service(place, service.installation, service.environment, place)


def _detached(service: Service) -> Service:
    service.git("checkout", "--quiet", "--detach")
    return service


def _separate(service: Service) -> Service:
    service.git("init", "--quiet", "--separate-git-dir", str(service.top.parent / "git dir"))
    return service


def _packed(service: Service) -> Service:
    service.git("gc", "--quiet", "--aggressive", "--prune=now")
    return service


def _linked(service: Service) -> Service:
    place = service.top.parent / "link"
    place.symlink_to(service.top)
    return Service(place, service.installation, service.environment, place)


PLACES: dict[str, Callable[[Service], Service]] = {
    "a worktree": _worktree,
    "a shallow clone": _shallow,
    "a detached HEAD": _detached,
    "a git folder elsewhere": _separate,
    "everything packed": _packed,
    "through a link": _linked,
}


@pytest.mark.parametrize("place", PLACES)
def test_the_repository_may_be_anything(begin: Begin, place: str) -> None:
    service = PLACES[place](begin(EVERYTHING))

    updated_commits = service.commits()
    done = service.update()

    assert (done.code, done.data.get("done")) == (0, "committed"), done
    assert service.commits()[1:] == updated_commits
    found = service.committed()
    del found[".copier-answers.yml"]
    assert found == WANTED
    assert service.status() == ""


@pytest.fixture
def inside(tmp_path: Path, environment: dict[str, str]) -> Service:
    """A service in a subfolder of a repository with more in it."""
    installation = Installation.make(tmp_path / "installation", EVERYTHING.releases())
    top = tmp_path / "desk/mono repo"
    service = start(installation, top / "services/sv c", environment, {}, top)
    (top / "lib").mkdir()
    (top / "lib/own.txt").write_text("committed\n")
    service.edit(EVERYTHING.edits)
    run(["git", "add", "--all"], top, environment)
    run(["git", "commit", "--quiet", "--amend", "--no-edit"], top, environment)
    return service


def test_31_in_a_subfolder_nothing_outside_is_touched(inside: Service) -> None:
    lib = inside.top / "lib"
    (lib / "own.txt").write_text("dirty\n")
    (lib / "untracked.txt").write_text("mine\n")
    (lib / "merged.txt").write_text("same name as inside\n")
    before = state(lib)

    done = inside.update()

    assert (done.code, done.data.get("done")) == (0, "committed"), done
    assert state(lib) == before
    assert inside.git("status", "--porcelain", "--", ".") == ""
    found = {
        name.removeprefix("services/sv c/"): content
        for name, content in inside.committed().items()
        if name.startswith("services/")
    }
    del found[".copier-answers.yml"]
    assert found == WANTED
    assert inside.committed()["lib/own.txt"] == ("100644", b"committed\n")
    changed = inside.git("diff-tree", "-r", "-z", "--name-only", "HEAD~1", "HEAD").split("\0")
    assert all(name.startswith("services/sv c/") for name in changed if name)


def test_a_submodule_beside_and_inside_stays_as_it_is(inside: Service, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run(["git", "init", "--quiet", str(other)], tmp_path, inside.environment)
    (other / "a.txt").write_text("other\n")
    run(["git", "add", "--all"], other, inside.environment)
    run(["git", "commit", "--quiet", "--message", "other"], other, inside.environment)
    for place in (inside.top, inside.folder):
        words = ["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]
        assert run([*words, str(other), "sub"], place, inside.environment).code == 0
    run(["git", "commit", "--quiet", "--message", "submodules"], inside.top, inside.environment)
    (inside.top / "sub/a.txt").write_text("dirty\n")
    (inside.folder / "sub/new.txt").write_text("dirty\n")
    before = state(inside.folder / "sub"), state(inside.top / "sub")

    done = inside.update()

    assert (done.code, done.data.get("done")) == (0, "committed"), done
    assert (state(inside.folder / "sub"), state(inside.top / "sub")) == before
    modes = {name: mode for name, (mode, _) in inside.committed().items()}
    assert (modes["sub"], modes["services/sv c/sub"]) == ("160000", "160000")


def test_a_sha256_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    installation = Installation.make(tmp_path / "installation", EVERYTHING.releases())
    environment["GIT_DEFAULT_HASH"] = "sha256"
    service = start(installation, tmp_path / "svc", environment, {})
    service.edit(EVERYTHING.edits)
    assert len(service.git("rev-parse", "HEAD").strip()) == 64

    updated(service, service.update())


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "de_DE.ISO-8859-1"])
def test_the_locale_does_not_matter(begin: Begin, locale: str) -> None:
    service = begin(EVERYTHING)

    updated(service, service.update(env={"LC_ALL": locale, "LANG": locale, "LANGUAGE": "de"}))


def test_names_that_are_no_text_stay(begin: Begin) -> None:
    service = begin(EVERYTHING)
    strange = os.fsencode(service.folder) + b"/mine/\xff\xfe.txt"
    with open(strange, "w") as file:  # noqa: PTH123 a Path would take its bytes for text as well
        file.write(MINE)
    service.commit()

    done = service.update()

    assert (done.code, done.data.get("done")) == (0, "committed"), done
    assert Path(os.fsdecode(strange)).read_text() == MINE
    assert service.status() == ""


def test_as_in_a_hook_of_another_repository_only_its_own_is_changed(
    begin: Begin, tmp_path: Path
) -> None:
    service = begin(EVERYTHING)
    other = tmp_path / "other"
    run(["git", "init", "--quiet", str(other)], tmp_path, service.environment)
    before = state(other)
    hook = {
        "GIT_DIR": f"{other}/.git",
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": f"{other}/.git/index",
        "GIT_OBJECT_DIRECTORY": f"{other}/.git/objects",
        "GIT_PREFIX": "sub/",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_DIFF_OPTS": "--unified=0",
        "GIT_EDITOR": "false",
    }

    updated(service, service.update(env=hook))

    assert state(other) == before


# Refused ----------------------------------------------------------------------


def _stage_elsewhere(service: Service) -> None:
    (service.top / "lib/staged.txt").write_text("staged\n")
    run(["git", "add", "lib/staged.txt"], service.top, service.environment)


def _edit(service: Service) -> None:
    (service.folder / "merged.txt").write_text("not committed\n")


def _delete(service: Service) -> None:
    (service.folder / "merged.txt").unlink()


def _flip_mode(service: Service) -> None:
    (service.folder / "merged.txt").chmod(0o755)


def _stage_and_take_back(service: Service) -> None:
    text = service.text("merged.txt")
    (service.folder / "merged.txt").write_text("only in the index\n")
    service.git("add", "merged.txt")
    (service.folder / "merged.txt").write_text(text)


def _intend_to_add(service: Service) -> None:
    (service.folder / "soon.txt").write_text(MINE)
    service.git("add", "--intent-to-add", "soon.txt")


def _in_the_way(service: Service) -> None:
    (service.folder / "added/a b").mkdir(parents=True)
    (service.folder / "added/a b/ü.txt").write_text(MINE)


def _folder_in_the_way(service: Service) -> None:
    (service.folder / "added").write_text(MINE)


def _merge(service: Service) -> None:
    service.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    service.git("commit", "--quiet", "--allow-empty", "--message", "side")
    service.git("checkout", "--quiet", "main")
    service.git("merge", "--quiet", "--no-ff", "--no-commit", "side")


def _rebase(service: Service) -> None:
    words = ["git", "rebase", "--quiet", "--exec", "false", "HEAD~1"]
    assert run(words, service.folder, service.environment).code == 1


COMMIT = "commit or stash it, so that the update is a commit of its own; `--dry-run` only looks"
MOVE = "commit it, move it away, or let git ignore it"
EDITED = ("not committed: services/sv c/merged.txt", COMMIT)
IN_THE_WAY = "not tracked, where the template has a file of its own: "

# What its owner does, and what is said then.
DIRTY: dict[str, tuple[Callable[[Service], None], str, str]] = {
    "staged elsewhere": (_stage_elsewhere, "not committed: lib/staged.txt", COMMIT),
    "edited": (_edit, *EDITED),
    "deleted": (_delete, *EDITED),
    "another mode": (_flip_mode, *EDITED),
    "only in the index": (_stage_and_take_back, *EDITED),
    "to be added": (_intend_to_add, "not committed: services/sv c/soon.txt", COMMIT),
    "in the way": (_in_the_way, f"{IN_THE_WAY}added/a b/ü.txt", MOVE),
    "in the way of a folder": (_folder_in_the_way, f"{IN_THE_WAY}added", MOVE),
    "a merge": (_merge, "a merge is under way in {top}", "end it first"),
    "a rebase": (_rebase, "a rebase is under way in {top}", "end it first"),
}


@pytest.mark.parametrize("what", DIRTY)
def test_uncommitted_work_is_refused_by_name_and_stays(inside: Service, what: str) -> None:
    act, message, hint = DIRTY[what]
    act(inside)
    before = inside.standing()

    done = inside.update()

    assert done.told == (5, message.format(top=inside.top), hint)
    assert inside.standing() == before


@pytest.mark.parametrize("what", DIRTY)
def test_a_dry_run_looks_at_uncommitted_work_and_leaves_it(inside: Service, what: str) -> None:
    act, *_ = DIRTY[what]
    act(inside)
    before = inside.everything()

    done = inside.update("--dry-run")

    assert done.code == 0, done
    assert inside.everything() == before


def test_an_untracked_file_stays_untracked(begin: Begin) -> None:
    service = begin(EVERYTHING)
    (service.folder / "untracked.txt").write_text(MINE)
    (service.folder / "ignored.txt").write_text(MINE)
    (service.folder / "dropped/mine.txt").write_text(MINE)

    done = service.update()

    assert (done.code, done.data.get("done")) == (0, "committed"), done
    assert service.status() == "?? dropped/\n?? untracked.txt\n"
    for name in ("untracked.txt", "ignored.txt", "dropped/mine.txt"):
        assert service.text(name) == MINE


WAYS = "`scaffold update --continue` ends it, `scaffold update --abort` takes it back"
COMMIT_BY_HAND = ("git", "-c", "user.useConfigOnly=true", "commit", "--quiet", "--message=mine")
FAILING = {
    "nobody": "[user]\nname =\nemail =\n",
    "a signature that fails": "[commit]\ngpgSign = true\n[gpg]\nprogram = false\n",
}


@pytest.mark.parametrize("name", FAILING)
def test_a_commit_that_fails_is_told_and_ends_either_way(begin: Begin, name: str) -> None:
    service = begin(EVERYTHING)
    twin = service.copy(service.top.parent / "twin")
    before = service.standing()
    configure(service, FAILING[name])

    for each in (service, twin):
        done = each.update()
        by_git = run(COMMIT_BY_HAND, each.folder, each.environment | {"LC_ALL": "C"})
        message = f"all is staged, but `git commit` failed: {by_git.err.strip()}"
        assert done.told == (6, message, WAYS)
    assert service.update("--abort").code == 0
    configure(service, "")
    again = twin.update("--continue")

    assert service.standing() == before
    assert again.code == 0, again
    found = twin.committed()
    del found[".copier-answers.yml"]
    assert found == WANTED


BROKEN = '[filter "broken"]\nclean = cat\nsmudge = {}\nrequired = true\n'


def test_a_filter_that_fails_stops_it_half_way_and_an_edit_since_is_not_overwritten(
    begin: Begin,
) -> None:
    service = begin(EVERYTHING)
    service.edit({".gitattributes": "merged.txt filter=broken\n"})
    configure(service, BROKEN.format("false"))

    stopped = service.update()
    (service.folder / "merged.txt").write_text(MINE)
    configure(service, BROKEN.format("cat"))
    refused = service.update("--continue")

    assert stopped.told == (
        6,
        (
            "stopped half way: `git checkout-index` failed: "
            "error: external filter 'false' failed 1\n"
            "error: external filter 'false' failed\n"
            "fatal: merged.txt: smudge filter broken failed"
        ),
        WAYS,
    )
    assert refused.told == (
        5,
        "edited since the update was interrupted: merged.txt",
        (
            "move it away and run this again, or take all back with `scaffold update --abort`, "
            "which keeps a copy of it"
        ),
    )
    assert service.text("merged.txt") == MINE


@pytest.mark.parametrize("how", ["--continue", "--abort"])
@pytest.mark.parametrize("written", [0, 20])
def test_an_answers_file_that_git_was_killed_over_stops_nothing(
    begin: Begin, how: str, written: int
) -> None:
    service = begin(EVERYTHING)
    service.edit({".gitattributes": "merged.txt filter=broken\n"})
    before = service.text(".copier-answers.yml")
    configure(service, BROKEN.format("false"))
    service.update()
    answers = service.folder / ".copier-answers.yml"
    half = answers.read_bytes()[:written]
    answers.write_bytes(half)
    configure(service, BROKEN.format("cat"))

    done = service.update(how)

    assert done.error in ("", "conflicts"), done
    after = service.text(".copier-answers.yml")
    assert (after == before) == (how == "--abort")
    assert after.startswith(before[: before.index("_commit")])


SIGNER = """\
#!/bin/sh
read -r _ _ _ scaffold _ < /proc/$PPID/stat
kill -TERM "$scaffold"
"""


def test_ended_while_it_commits_it_tells_both_ways(begin: Begin, tmp_path: Path) -> None:
    service = begin(EVERYTHING)
    (tmp_path / "signer").write_text(SIGNER)
    (tmp_path / "signer").chmod(0o755)
    configure(service, f"[commit]\ngpgSign = true\n[gpg]\nprogram = {tmp_path}/signer\n")

    done = service.update()

    assert done.told == (130, "cancelled half way", WAYS)


RACER = """\
#!/bin/sh
unset $(git rev-parse --local-env-vars)
touch meanwhile.txt && git add meanwhile.txt && git commit --quiet --message meanwhile
"""


def test_a_commit_that_is_made_meanwhile_is_not_mixed_with_it(begin: Begin, tmp_path: Path) -> None:
    service = begin(EVERYTHING)
    service.edit({".gitattributes": "merged.txt merge=racer\n"})
    (tmp_path / "racer").write_text(RACER)
    (tmp_path / "racer").chmod(0o755)
    configure(service, f'[merge "racer"]\ndriver = cd {service.folder} && {tmp_path}/racer\n')

    done = service.update()

    assert done.told == (5, "the project changed while this was planned", "run it again")
    assert (service.status(), service.commits()[0]) == ("", "meanwhile")


def test_two_at_once_are_refused(begin: Begin) -> None:
    service = begin(EVERYTHING)

    with (service.folder / ".git/scaffold-update.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = service.update()

    assert done.told == (5, "another `scaffold` is at work here", "wait for its end")


def test_the_update_of_another_project_is_not_ended(inside: Service) -> None:
    other = replace(inside, folder=inside.folder.with_name("other"))
    shutil.copytree(inside.folder, other.folder, symlinks=True)
    inside.commit("other")
    inside.update("--no-commit")

    done = other.update("--continue")

    hint = f"name it with `--project '{inside.folder}'`"
    assert done.told == (2, "the update under way is another project's", hint)


def test_with_commits_since_it_began_it_is_not_taken_back(begin: Begin) -> None:
    service = begin(EVERYTHING)
    service.update("--no-commit")
    service.git("commit", "--quiet", "--message", "one of them", "merged.txt")

    done = service.update("--abort")

    assert done.told == (
        5,
        "there are commits since the update began",
        "`scaffold update --continue` ends it, `scaffold update --abort` takes it back; or use git",
    )


def test_an_index_that_git_cannot_read_is_told_in_its_words(begin: Begin) -> None:
    service = begin(EVERYTHING)
    (service.folder / ".git/index").write_bytes(b"")

    done = service.update("--no-commit")

    said = "fatal: .git/index: index file smaller than expected"
    assert done.told == (1, f"`git status` failed: {said}", f"look at it with git in {service.top}")


@pytest.mark.parametrize("kilobytes", [2, 8, 24, 48, 96])
def test_on_a_full_disk_it_is_untouched_or_goes_on(
    begin: Begin, tmp_path: Path, kilobytes: int
) -> None:
    """`kilobytes` are free, on a disk of its own where we may mount one."""
    service = begin(EVERYTHING)
    before, undisturbed = service.standing(), service.copy(tmp_path / "undisturbed")
    assert undisturbed.update().code == 0
    script = """\
mount -t tmpfs -o size=64m tmpfs "$PLACE" && cp -a "$TOP/." "$PLACE" && cd "$PLACE" || exit 99
used=$(df --output=used . | tail -1)
mount -o remount,size=$((used + KILOBYTES))k "$PLACE" || exit 99
"$@"
code=$?
cd / && mount -o remount,size=64m "$PLACE" && cp -a "$PLACE" "$KEPT" && exit $code
"""
    place, kept = tmp_path / "disk", tmp_path / "kept"
    place.mkdir()
    paths = {"PLACE": place, "KEPT": kept, "TOP": service.top, "KILOBYTES": kilobytes}
    environment = {**service.environment, **{name: str(value) for name, value in paths.items()}}
    words = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "-"]

    done = run([*words, *service.installation.words, "update", "--json"], tmp_path, environment)

    there = Service(kept, service.installation, service.environment, kept)
    assert kept.exists(), done
    assert "Traceback" not in done.err, done.err
    back = there.copy(tmp_path / "back")
    assert back.update("--abort").code in (0, 2)
    if done.code:
        assert back.standing() == before
    on = there.update("--continue")
    if on.error == "usage" and done.code:
        assert there.standing() == before
    else:
        assert there.committed() == undisturbed.committed()
        assert there.status() == ""


def test_on_a_read_only_disk_it_is_refused(begin: Begin, tmp_path: Path) -> None:
    service = begin(EVERYTHING)
    before = service.standing()
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && "$@"'
    words = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "-", str(service.top)]
    update = [*service.installation.words, "update", "--json"]

    looked = run([*words, *update, "--dry-run"], tmp_path, service.environment)
    done = run([*words, *update], tmp_path, service.environment)

    assert looked.code == 0, looked
    message = f"{service.top}/.git cannot be written: read-only file system; nothing was changed"
    assert done.told == (1, message, "check its space and permissions")
    assert service.standing() == before
