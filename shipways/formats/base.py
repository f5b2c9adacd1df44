"""The contract of a format: a plain module with one `FORMAT`, listed in one dict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from shipways.errors import ToolMissing
from shipways.formats.recipe import Recipe
from shipways.formats.several import Several
from shipways.formats.step import Step
from shipways.inputs.closure import Found
from shipways.inputs.stages import Inputs
from shipways.project.model import Project
from shipways.results import BaseRecord, Builder, Lint


@dataclass(frozen=True)
class Options:
    """What the user chose on the command line."""

    builder: str = "auto"  # nfpm | fpm | rpmbuild | auto: for deb-bundled and rpm
    compression: str = "small"  # small for releases | fast for trying out
    base_source: str = "auto"  # registry | archive | auto: where base images come from
    base: str = "auto"  # minimal | python | debian | auto: what the image stands on
    platform: str = ""  # others that the image is built for, such as "linux/arm64,linux/amd64"
    bytecode: bool = True  # in the image: larger, and sooner at work
    compare_bases: bool = False  # build the image on the other bases as well, and measure it there


@dataclass(frozen=True)
class Job:
    """One build: the project, its shared inputs, and where to work."""

    project: Project
    inputs: Inputs
    work: Path  # private and temporary, on the same file system as dist/
    logs: Path  # dist/logs/FORMAT
    options: Options = field(default_factory=Options)
    cold: bool = False  # measure with empty caches: reuse nothing that an earlier build left
    keep: bool = True  # leave images in the engine, under their names

    @property
    def epoch(self) -> int:
        """SOURCE_DATE_EPOCH: no artifact holds a later time."""
        return self.inputs.epoch


@dataclass(frozen=True)
class Product:
    """What a build gave: finished files in `Job.work`, the main one first, named as in dist/."""

    paths: tuple[Path, ...]
    builder: Builder
    installed_bytes: int | None = None  # of the main file's content, unpacked
    sbom: Path | None = None  # the main file's bill of materials, as it is inside of it


@dataclass(frozen=True)
class Tool:
    """A program that a format needs on this machine."""

    name: str
    version: Callable[[], str | None]  # None where it is not there
    hint: str  # how to get it
    why: Callable[[], ToolMissing] | None = None  # where it can be there and still not be usable

    def missing(self) -> ToolMissing:
        """What there is to say where `version` is None."""
        return self.why() if self.why else ToolMissing(f"{self.name} is not there.", hint=self.hint)


Kind: TypeAlias = Literal["package", "archive", "container", "stack", "link"]
CONTAINED: tuple[Kind, ...] = ("container", "stack")  # kinds that a container engine runs


@dataclass(frozen=True)
class Format:
    """One way to deliver a project."""

    id: str
    title: str
    kind: Kind
    installs_on: str
    needs: Callable[[Project], str]  # what a target must have before the first command
    uses: Sequence[str]  # stages of Inputs: distributions, wheelhouse, bundle
    tools: Sequence[Tool]
    build: Callable[[Job], Product]
    lint: Callable[[Job, Product], list[Lint]]
    steps: Callable[[Project, str], tuple[Step, ...]]  # with the main file's name
    file_name: Callable[[Project], str]  # the main file's, of a project in pure Python; "": none
    families: Sequence[str] = ()  # of systems, which it runs on: debian, rhel; () means any
    prepare: Callable[[Job], object] | None = None  # base images and roots: in no build time
    compare: Callable[[Job], dict[str, BaseRecord]] | None = None  # the same on other bases
    services: Sequence[str] = ()  # what runs when it is installed, where that is not the app alone
    targets: Sequence[str] = ()  # where it is verified; () means wherever its steps can be typed
    # The distributions in a finished file; None for a file that has none, such as a .dsc.
    holds: Callable[[Project, Path], list[Found] | None] | None = None
    builders: Sequence[str] = ()  # which of `--builder` can make it; () means none is needed
    obstacle: Callable[[Project], str] | None = None  # why a project cannot have it; "" if it can
    instead: str = ""  # what to do then, for who asks for it by name
    several: Several | None = None  # how it stands several times on one machine, where it can
    # Writes its recipes for this project into a folder, from which the project is at that path.
    eject: Callable[[Job, Path, str], Recipe] | None = None

    def cannot(self, project: Project) -> str:
        """Why a project cannot have it; "" where it can."""
        return self.obstacle(project) if self.obstacle else ""

    def check_tools(self) -> None:
        """Raises `ToolMissing` for the first program that it needs and that is not there."""
        for tool in self.tools:
            if tool.version() is None:
                raise tool.missing()

    def printed(self, project: Project, file: str = "") -> tuple[Step, ...]:
        """The steps for a `file` that was built.

        Without one they are those of pure Python: whether a dependency has compiled parts, and so
        which architecture is in the file's name, only its wheel says.
        """
        return self.steps(project, file or self.file_name(project))
