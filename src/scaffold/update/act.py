"""A plan → the project: its files, its index, one commit. `resume` and `abort` after any end.

The journal is written first. Placing is the same work however often it is done, so a run that was
killed is resumed by placing again, unless a file holds neither what was there nor what was to come:
then somebody edited it meanwhile.
"""

import fcntl
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

from scaffold import interruption, lock
from scaffold.errors import Cancelled, Conflicts, Refusal, StepFailed, TreeDirty, Usage
from scaffold.update import journal, merge, repository
from scaffold.update.journal import Journal
from scaffold.update.merge import Conflict
from scaffold.update.plan import Plan
from scaffold.update.project import Project
from scaffold.update.repository import Entry, Files, Repository, lies, lines

ABORTED = "refs/scaffold/aborted"
LOCKFILE = "uv.lock"
WAYS = "`scaffold update --continue` ends it, `scaffold update --abort` takes it back"
LEFT_LOCKED_SECONDS = 3  # after which the git that held a lock has been killed


@dataclass(frozen=True)
class Outcome:
    commit: str | None = None  # its short id
    locked: str | None = None  # what became of the lock file, if its dependencies changed
    conflicts: tuple[Conflict, ...] = ()


def apply(
    plan: Plan, message: str, *, commit: bool = True, relock: bool = True, branch: str | None = None
) -> Outcome:
    """Raises TreeDirty for uncommitted work, StepFailed when it stopped half way."""
    project = plan.project
    git = project.repository
    with _alone(git):
        _require_free(plan, branch)
        begun = Journal(
            head=git.line("rev-parse", "HEAD"),
            home=_branch(git),
            branch=branch or "",
            prefix=project.prefix,
            before=plan.before,
            after=plan.after,
            conflicts=plan.conflicts,
            message=message,
            commit=commit,
            relock=relock,
            placed=False,
        )
        with _told(git):
            plan.store.keep()
            begun.write(git)
        return _go_on(project, begun)


def pending(project: Project) -> bool:
    """Whether an update is under way. One that was committed by hand is over."""
    git = project.repository
    begun = journal.read(git)
    if begun and begun.placed and _is_committed(git, begun):
        journal.close(git)
        return False
    return begun is not None


def require_none_under_way(project: Project) -> None:
    if pending(project):
        raise TreeDirty("an update is under way here", WAYS)


def resume(project: Project) -> Outcome:
    """Raises Conflicts while there are some, TreeDirty if a file was edited half way."""
    git = project.repository
    with _alone(git):
        begun = _require_begun(project)
        _clear_locks(git, begun)
        if not begun.placed:
            _refuse_edited(project, begun)
        begun = replace(begun, commit=True)
        if begun.placed:
            _stage_resolved(project, begun)
        outcome = _go_on(project, begun)
        if outcome.conflicts:
            raise _unresolved([each.path for each in outcome.conflicts])
        return outcome


def abort(project: Project) -> str | None:
    """Back to the commit before. The ref under which edits made since are kept, if there are."""
    git = project.repository
    with _alone(git):
        begun = _require_begun(project)
        _clear_locks(git, begun)
        if git.line("rev-parse", "HEAD") != begun.head:
            raise TreeDirty("there are commits since the update began", f"{WAYS}; or use git")
        kept = _keep_edits(project, begun)
        replace(begun, placed=False).write(git)
        with interruption.postponed():
            _place(project, _differing(project, begun, back=True))
            _leave_branch(git, begun)
        journal.close(git)
    return kept


@contextmanager
def _alone(git: Repository) -> Iterator[None]:
    with ExitStack() as stack:
        with _told(git):
            file = stack.enter_context(git.path("scaffold-update.lock").open("w"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TreeDirty("another `scaffold` is at work here", "wait for its end") from error
        yield


@contextmanager
def _told(git: Repository) -> Iterator[None]:
    """Tell what the file system refused before anything was changed."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refusal(
            f"{git.path('.')} cannot be written: {reason}; nothing was changed",
            "check its space and permissions",
        ) from error


def _require_free(plan: Plan, branch: str | None) -> None:
    project = plan.project
    git = project.repository
    require_none_under_way(project)
    project.require_ready()
    if git.line("rev-parse", f"HEAD:{project.prefix}") != plan.before:
        raise TreeDirty("the project changed while this was planned", "run it again")
    if plan.in_the_way:
        raise TreeDirty(
            f"not tracked, where the template has a file of its own: {', '.join(plan.in_the_way)}",
            "commit it, move it away, or let git ignore it",
        )
    if (
        branch
        and not git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").returncode
    ):
        raise Usage(f"the branch {branch} exists", f"delete it: `git branch -D {branch}`")


def _go_on(project: Project, begun: Journal) -> Outcome:
    git = project.repository
    try:
        if not begun.placed:
            with interruption.postponed():
                _enter_branch(git, begun)
                _place(project, _differing(project, begun))
                _mark_conflicts(git, begun)
                begun = replace(begun, placed=True)
                begun.write(git)
        if begun.conflicts and _unmerged(git):
            return Outcome(conflicts=begun.conflicts)
        return _finish(project, begun)
    except KeyboardInterrupt as error:
        raise Cancelled("cancelled half way", WAYS) from error
    except StepFailed:
        raise
    except (Refusal, OSError) as error:
        raise StepFailed(f"stopped half way: {error}", WAYS) from error


Pair = tuple[Entry | None, Entry | None]  # a file as it is and as it is to be; None: there is none


def _differing(project: Project, begun: Journal, *, back: bool = False) -> dict[str, Pair]:
    """By path in the repository, what the update places; with `back`, what takes it back."""
    git = project.repository
    before, after = git.files(begun.before), git.files(begun.after)
    paths = {path for path in before | after if before.get(path) != after.get(path)}
    paths |= {each.path for each in begun.conflicts}
    if back and begun.relock and LOCKFILE in before:
        paths.add(LOCKFILE)
    was, is_ = (after, before) if back else (before, after)
    return {begun.prefix + path: (was.get(path), is_.get(path)) for path in sorted(paths)}


def _place(project: Project, differing: Mapping[str, Pair]) -> None:
    """Index and files as the second of each pair says."""
    git = project.repository
    arriving: Files = {path: new for path, (_, new) in differing.items() if new}
    leaving = [path for path in differing if path not in arriving]
    git.git("update-index", "-z", "--force-remove", "--stdin", given=_fields(differing))
    git.git("update-index", "-z", "--index-info", given=lines(arriving))
    for path in leaving:
        _remove(git.top / path, project.folder)
    git.git("checkout-index", "--force", "-u", "-z", "--stdin", given=_fields(arriving))


def _remove(path: Path, top: Path) -> None:
    """And the folders that are empty without it."""
    if path.is_dir() and not path.is_symlink():
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == top or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


def _mark_conflicts(git: Repository, begun: Journal) -> None:
    """As git itself does: the three sides in the index, for `git status` and `git mergetool`."""
    paths = [begun.prefix + each.path for each in begun.conflicts]
    git.git("update-index", "-z", "--force-remove", "--stdin", given=_fields(paths))
    staged = b"".join(
        f"{entry.mode} {entry.id} {stage}\t".encode() + _fields([begun.prefix + each.path])
        for each in begun.conflicts
        for stage, entry in each.stages.items()
    )
    git.git("update-index", "-z", "--index-info", given=staged)


def _finish(project: Project, begun: Journal) -> Outcome:
    git = project.repository
    locked = _lock(project, begun)
    if not begun.commit:
        return Outcome(locked=locked)
    if not _is_committed(git, begun):
        done = git.run(
            "commit", "--quiet", "--allow-empty", "--cleanup=whitespace", "--file=-",
            given=begun.message.encode(),
        )  # fmt: skip
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise StepFailed(f"all is staged, but `git commit` failed: {said}", WAYS)
    journal.close(git)
    return Outcome(commit=git.line("rev-parse", "--short", "HEAD"), locked=locked)


def _lock(project: Project, begun: Journal) -> str | None:
    """The lock file of the new dependencies. Without a network it stays as it was."""
    git = project.repository
    tracked = git.names("ls-files", "-z", "--", begun.prefix + LOCKFILE)
    changed = git.names("diff-tree", "-z", "--name-only", begun.before, begun.after)
    if not begun.relock or not tracked or "pyproject.toml" not in changed:
        return None
    try:
        _, packages = lock.lock(project.folder)
    except StepFailed as failure:
        return f"not refreshed, do it with `uv lock`: {failure.message}"
    git.git("update-index", "--", begun.prefix + LOCKFILE)
    return packages


def _is_committed(git: Repository, begun: Journal) -> bool:
    moved = git.line("rev-parse", "HEAD") != begun.head
    return moved and not git.names("diff-index", "-z", "--cached", "--name-only", "HEAD")


def _require_begun(project: Project) -> Journal:
    begun = journal.read(project.repository) if pending(project) else None
    if begun is None:
        raise Usage("no update is under way here", "begin one with `scaffold update`")
    if begun.prefix != project.prefix:
        there = f"`--project {shlex.quote(str(project.repository.top / begun.prefix))}`"
        raise Usage("the update under way is another project's", f"name it with {there}")
    return begun


def _clear_locks(git: Repository, begun: Journal) -> None:
    """Take away the locks of a git that was killed in the middle; wait for one that lives."""
    names = [
        "index.lock",
        "HEAD.lock",
        *(f"{ref}.lock" for ref in (begun.home, begun.branch) if ref),
    ]
    for path in map(git.path, names):
        until = monotonic() + LEFT_LOCKED_SECONDS
        while path.exists() and monotonic() < until:
            sleep(0.05)
        path.unlink(missing_ok=True)


def _refuse_edited(project: Project, begun: Journal) -> None:
    edited = _edited(project, _differing(project, begun))
    if edited:
        raise TreeDirty(
            f"edited since the update was interrupted: {', '.join(edited)}",
            "move it away and run this again, or take all back with `scaffold update --abort`, "
            "which keeps a copy of it",
        )


def _edited(project: Project, differing: Mapping[str, Pair]) -> list[str]:
    """Files that are neither of their pair, nor the beginning of one that was being written."""
    return [
        path
        for path, pair in differing.items()
        if lies(project.repository.top / path)
        if not any(entry and _is_of(project.repository, path, entry) for entry in pair)
    ]


def _is_of(git: Repository, path: str, entry: Entry) -> bool:
    if not entry.is_file or not (git.top / path).is_file():
        return True  # a link or a folder holds no work of hours
    filtered = git.git("cat-file", "--filters", f"--path={path}", entry.id)
    return filtered.startswith((git.top / path).read_bytes())


def _stage_resolved(project: Project, begun: Journal) -> None:
    """Stage files whose marks are gone. Raises Conflicts naming those that are not decided."""
    git = project.repository
    unmerged, undecided = _unmerged(git), []
    for each in begun.conflicts:
        path = begun.prefix + each.path
        file = git.top / path
        marked = file.is_file() and bool(merge.blocks(file.read_bytes()))
        if marked or (path in unmerged and not (each.lines and file.is_file())):
            undecided.append(each.path)
        elif path in unmerged:
            git.git("update-index", "--add", "--", path)
    if undecided:
        raise _unresolved(undecided)


def _unresolved(paths: Iterable[str]) -> Conflicts:
    return Conflicts(
        f"still in conflict: {', '.join(paths)}",
        "edit what is marked; take or leave a whole file with `git add` or `git rm`; then "
        "`scaffold update --continue`, or `--abort` to take all back",
    )


def _unmerged(git: Repository) -> set[str]:
    return {entry.split("\t", 1)[1] for entry in git.names("ls-files", "--unmerged", "-z")}


def _keep_edits(project: Project, begun: Journal) -> str | None:
    differing = _differing(project, begun, back=True)
    if not _edited(project, differing):
        return None
    git = project.repository
    with repository.scratch(git.top) as store:
        commit = store.commit(store.tracked(begun.prefix), begun.head)
        store.keep()
    git.git("update-ref", ABORTED, commit)
    return ABORTED


def _branch(git: Repository) -> str:
    return git.run("symbolic-ref", "--quiet", "HEAD").stdout.decode().strip()


def _enter_branch(git: Repository, begun: Journal) -> None:
    if begun.branch:
        git.git("update-ref", f"refs/heads/{begun.branch}", begun.head)
        git.git("symbolic-ref", "HEAD", f"refs/heads/{begun.branch}")


def _leave_branch(git: Repository, begun: Journal) -> None:
    if not begun.branch:
        return
    if begun.home:
        git.git("symbolic-ref", "HEAD", begun.home)
    else:
        git.git("update-ref", "--no-deref", "HEAD", begun.head)
    git.git("update-ref", "-d", f"refs/heads/{begun.branch}")


def _fields(words: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(word) + b"\0" for word in words)
