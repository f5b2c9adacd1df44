"""What Git says of a folder: which files it tracks and as what, which commit that is, and when.

That there is no Git is one answer, that Git refuses another: a checkout of another user's, one that
is damaged, or one on a machine without Git is an error with Git's own words, and never taken for a
folder without Git, whose files would all be shipped.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shipways.errors import SourceError
from shipways.util.command import Completed, require, run

TIMEOUT_S = 60
SUBMODULE = 0o160000  # "gitlink", https://git-scm.com/docs/git-fast-import#_filemodify
READ_ONLY = {"GIT_OPTIONAL_LOCKS": "0"}  # git(1): looking at a checkout does not write to it


@dataclass(frozen=True)
class Checkout:
    """A folder `root` in the Git working tree whose top is `top`."""

    root: Path
    top: Path

    def tracked(self) -> dict[Path, int]:
        """Relative path -> mode, as in stat(2), of the files and links that Git tracks.

        The files of submodules come along (gitsubmodules(7)). Raises `SourceError` for what has no
        one content: a path with a conflict, a submodule that is not checked out.
        """
        found: dict[Path, int] = {}
        for entry in self._records("ls-files", "--stage"):
            facts, _, name = entry.partition(b"\t")
            mode, _, stage = facts.split()
            path = Path(os.fsdecode(name))
            if stage != b"0":
                raise SourceError(
                    f"{str(self.root / path)!r} is in conflict, so it has no one content.",
                    hint=f"Resolve it, then: {self.typed('add', '--', path)}",
                )
            if int(mode, 8) == SUBMODULE:
                inner = self._submodule(path).tracked()
                found |= {path / below: mode for below, mode in inner.items()}
            else:
                found[path] = int(mode, 8)
        return found

    def untracked(self) -> tuple[str, ...]:
        """What Git neither tracks nor ignores; a folder with nothing else in it is one, "NAME/"."""
        listed = self._records(
            "ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory"
        )
        return tuple(map(os.fsdecode, listed))

    def not_ignored(self) -> frozenset[Path]:
        """Every file that Git does not track and does not ignore either."""
        names = [
            os.fsdecode(n) for n in self._records("ls-files", "--others", "--exclude-standard")
        ]
        for name in names:
            if name.endswith("/"):
                raise SourceError(
                    f"{name!r} is a Git repository of its own inside of another.",
                    hint=f"Make it a submodule: {self.typed('submodule', 'add', 'URL', name)}",
                )
        return frozenset(map(Path, names))

    def is_ignored(self) -> bool:
        """Whether the folder itself lies in what Git ignores."""
        done, _ = self._run("check-ignore", "--quiet", ".")
        if done.returncode not in (0, 1):
            raise self._refused(done.output)
        return done.ok

    def commit(self) -> str:
        """The commit's full hash; "" before the first one."""
        done, said = self._run("rev-parse", "--verify", "--quiet", "HEAD")
        if not done.ok and done.output:
            raise self._refused(done.output)
        return said.decode().strip()

    def is_changed(self) -> bool:
        """Whether a tracked file below the folder is another than in the commit."""
        options = ("--porcelain", "--untracked-files=no", "--ignore-submodules=untracked")
        return bool(self._git("status", *options, "--", "."))

    def date(self) -> int:
        """When the commit was made, in seconds since 1970."""
        return int(self._git("log", "-1", "--no-show-signature", "--format=%ct"))

    def described(self) -> str:
        """The last tag, the number of commits since, and the commit; "" where there is no tag.

        As `git describe --long` says it, with tags of both kinds.
        """
        done, said = self._run("describe", "--tags", "--long", "--abbrev=12")
        return os.fsdecode(said).strip() if done.ok else ""

    def author(self) -> str:
        """Who made the commit: `Name <mail>`."""
        return os.fsdecode(
            self._git("log", "-1", "--no-show-signature", "--format=%an <%ae>")
        ).strip()

    def has_filter(self, path: Path, name: str) -> bool:
        """Whether .gitattributes has a file's content go through this filter (gitattributes(5))."""
        said = self._git("-C", str(path.parent), "check-attr", "-z", "filter", "--", path.name)
        return said.split(b"\0")[2] == name.encode()

    def typed(self, *words: str | Path) -> str:
        """A Git command for this folder, as it is typed."""
        return shlex.join(["git", "-C", str(self.root), *map(str, words)])

    def _submodule(self, path: Path) -> Checkout:
        found = find(self.root / path) if os.path.lexists(self.root / path / ".git") else None
        if found is None:
            raise SourceError(
                f"{str(self.root / path)!r} is a submodule that is not checked out.",
                hint=f"Type: {self.typed('submodule', 'update', '--init', '--recursive')}",
            )
        return found

    def _records(self, *words: str) -> list[bytes]:
        return [record for record in self._git(*words, "-z").split(b"\0") if record]

    def _git(self, *words: str) -> bytes:
        done, said = self._run(*words)
        if not done.ok:
            raise self._refused(done.output)
        return said

    def _run(self, *words: str) -> tuple[Completed, bytes]:
        """A Git command and its standard output: names are bytes, in no encoding."""
        argv: list[str | Path] = ["git", "-C", self.root, *words]
        with tempfile.TemporaryFile() as out:
            done = run(argv, timeout=TIMEOUT_S, env=READ_ONLY, check=False, stdout=out)
            out.seek(0)
            return done, out.read()

    def _refused(self, said: str) -> SourceError:
        repository = self.top / ".git"
        if "safe.directory" in said:  # a name in Git's configuration, so in every language
            hint = shlex.join(
                ["git", "config", "--global", "--add", "safe.directory", str(self.top)]
            )
        elif repository.is_file():
            hint = "git worktree repair, typed in the main working tree"
        else:
            hint = shlex.join(["git", "-C", str(self.top), "fsck"])
        return SourceError(
            f"{repository} is there, and Git refuses:\n{said.strip()}",
            hint=f"What mends it, or says more: {hint}",
        )


def find(root: Path) -> Checkout | None:
    """The checkout that `root` lies in; None where there is none. Raises what Git's refusal is."""
    top = top_of(root)
    if top is None:
        return None
    require("git", f"{top / '.git'} is there: only Git can tell what is to be shipped. "
            "Type: apt-get install git")  # fmt: skip
    checkout = Checkout(root, top)
    seen = Path(os.fsdecode(checkout._git("rev-parse", "--show-toplevel").removesuffix(b"\n")))
    if not seen.samefile(top):  # Git passes over a repository that it cannot make out
        raise checkout._refused(f"it takes {root} for a part of {seen}")
    return checkout


def top_of(root: Path) -> Path | None:
    """The nearest folder at or above `root` that has a repository, in whatever state."""
    root = root.resolve()
    return next((one for one in (root, *root.parents) if os.path.lexists(one / ".git")), None)
