"""A project whose every text is code in some language, and all that the recipes make of it."""

from __future__ import annotations

import itertools
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from shipways.build import eject as ejecting
from shipways.formats import installed_files, tarball
from shipways.formats.base import Job, Options
from shipways.formats.compose import dist_folder, stack_files
from shipways.formats.compose import format as compose
from shipways.formats.deb import bundled_metadata, native_source
from shipways.formats.docker import buildx
from shipways.formats.packagers import Package, nfpm, rpmbuild
from shipways.formats.rpm import metadata as rpm_package
from shipways.inputs.stages import Bundle, Inputs
from shipways.machines.image_cache import Image
from shipways.project import model
from shipways.project.model import Project
from shipways.util import templates

EPOCH = 1_700_000_000
CODE = (
    "q\"' %(touch PWNED) %{lua:print(1)} %n %% $(touch PWNED) `touch PWNED` ${HOME} $HOME $$ "
    "{{ 7*7 }} {% raw %} <script>alert(1)</script> <!-- | # c: d; -- é 🚢 שלום \\n \\"
)
STARTS = (
    ".so /etc/passwd",
    "' br",
    "-x",
    "- %if 0",
    "# {",
    "[a]: &b",
    "*a !b",
    "1. > @`",
    "%files",
)
HOMEPAGE = "https://u:p@a.example/'$HOME'/$(touch%20PWNED)?q=[%7Bx%7D]&lt;=!*;,~#frag_x_"
LONG = "very long text " * 120
IMAGES = stack_files.Images("hostile-app:1.2.0", "shipways/postgres:17.9", "shipways/nginx:1.26")
FROM_STDEB = """\
Source: hostile-app
Maintainer: None
Section: web
Priority: optional
Build-Depends: dh-python, python3-all, debhelper (>= 9), debhelper-compat (= 13)
Standards-Version: 3.9.6
Homepage: None

Package: hostile-app
Architecture: all
Depends: ${misc:Depends}, ${python3:Depends}
Description: x
"""


def quoted(value: object) -> str:
    """Text or a list in TOML, of which JSON is a part where no character is escaped in halves."""
    return json.dumps(value, ensure_ascii=False)


def pyproject(turn: int, *, long: bool = False) -> str:
    """The project's file: every text begins with one of `STARTS`, by `turn`, and holds `CODE`."""
    beginnings = itertools.cycle([*STARTS[turn:], *STARTS[:turn]])

    def said() -> str:
        return f"{next(beginnings)} {LONG if long else ''}{CODE}"

    person = said().translate({ord("<"): "(", ord(">"): ")", ord(","): " "})
    arguments = [
        "--a=%i",
        "$HOME",
        "${X:-y}",
        "$(x)",
        ";",
        "a  b",
        "'",
        '"',
        "\\",
        "{}",
        said(),
        "-",
    ]
    defaults = {
        "DATABASE_URL": "",
        "DATABASE_URL_FILE": "",
        "HOSTILE_SECRET_KEY": said(),
        "HOSTILE_STATIC_ROOT": said(),
        "HOSTILE_A": said(),
        "HOSTILE_B": "$HOME",
        "HOSTILE_C": "  a 'b' ",
        "NO": "yes",
    }
    settings = "".join(
        f"[[tool.shipways.environment]]\nname = {quoted(name)}\ndefault = {quoted(default)}\n"
        f"help = {quoted(f'{said()}.')}\n"
        for name, default in defaults.items()
    )
    return f"""\
[project]
name = "news"
version = "1.2.0"
description = {quoted(said())}
readme = "README.md"
license = {quoted(said())}
[project.scripts]
"Hostile.app_1-x" = "hostile.cli:app.main [extra]"
[project.urls]
Homepage = {quoted(HOMEPAGE)}
[tool.shipways]
name = "hostile-app"
command = "Hostile.app_1-x"
wsgi = "hostile.wsgi:application"
settings = "hostile.settings"
state-dir-variable = "HOSTILE_STATE_DIR"
bind-variable = "HOSTILE_BIND"
maintainer = {quoted(f"{person} <a+%n$b@c.example>")}
serve = {quoted(["serve", *arguments])}
migrate = {quoted(["migrate", *arguments])}
health = "/h$(x)~!*,=&+:@%7Bx%7D"
static-url = "/s$HOME(x)~!*,=&+:@/"
debian-depends = ["libmagic1 (>= 1:5.44) | libmagic-mgc [amd64]"]
[tool.shipways.processes]
worker.command = {quoted(["process", *arguments])}
[tool.shipways.unit]
AmbientCapabilities = {{ value = "CAP_NET_BIND_SERVICE", why = {quoted(said())} }}
NoNewPrivileges = {{ value = "no", why = {quoted(said())} }}
ProtectSystem = {{ value = "full", why = {quoted(said())} }}
SystemCallFilter = {{ value = ["@system-service", "@mount"], why = {quoted(said())} }}
DeviceAllow = {{ value = "/dev/video0 rw", why = {quoted(said())} }}
{settings}"""


def write(root: Path, turn: int, *, long: bool = False) -> Project:
    """The project in a new folder; sections of a spec begin some lines of its README's text."""
    root.mkdir()
    words = " ".join(f"%files %if {n} %post . .so %changelog" for n in range(40))
    (root / "README.md").write_text(f"# {CODE}\n\nA {CODE} {words}\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(pyproject(turn, long=long), encoding="utf-8")
    (root / "requirements.lock").write_text("")
    return model.load(root)


@dataclass
class Rendered:
    """What was made: packages in `work`, the stack, debian/, and every template's texts."""

    project: Project
    stack: Mapping[str, str]
    debian: Path
    work: Path
    texts: dict[str, list[str]] = field(default_factory=dict)

    def text(self, template: str) -> str:
        return self.texts[template][0]


def render(shipped: Project, site: Path, work: Path) -> Rendered:
    """Make everything that the formats make before they call a program."""
    texts: dict[str, list[str]] = {}
    original = templates.render

    def recording(name: str, **values: object) -> str:
        made = original(name, **values)
        texts.setdefault(name, []).append(made)
        return made

    with pytest.MonkeyPatch.context() as patch:
        for module in (templates, installed_files, stack_files):
            patch.setattr(module, "render", recording)
        patch.setattr(buildx, "wheelhouse", lambda _: Path("/cache/wheelhouse"))
        job = _job(shipped, site, work)
        stack = {
            name: made.decode() for name, made in compose.folder_files(shipped, IMAGES).items()
        }
        base = Image("base:1", "runtime", "archive", "Debian")
        dist_folder._override(job, work / "dist", base, IMAGES)
        tarball._installer(job, tarball._files(job))
        tarball.instructions(shipped)
        recipe = tarball.eject(job, work / "ejected", "../a b/$(x)")
        ejecting._readme(shipped, tarball.FORMAT, recipe)
        tree = native_source.unpack(job, work / "build")
        native_source.prepare_stdeb(shipped, tree, work / "stdeb")
        native_source.lay_over(job, tree, FROM_STDEB)
        deb, rpm = bundled_metadata.describe(job), rpm_package.describe(job)
        for package, maker in ((deb, nfpm), (rpm, nfpm), (rpm, rpmbuild)):
            _pack(package, maker, work)
    return Rendered(shipped, stack, tree / "debian", work, texts)


def _pack(package: Package, maker: ModuleType, work: Path) -> None:
    """Really pack it, as work/MAKER.KIND."""
    name = maker.__name__.rpartition(".")[2]
    folder = work / f"{name}-{package.kind}"
    folder.mkdir()
    choice = "w1.gzdio" if name == "rpmbuild" else "gzip"
    maker.make(package, work / f"{name}.{package.kind}", folder, folder / "log", choice)


def _job(shipped: Project, site: Path, work: Path) -> Job:
    sdist, wheel = work / "sdist.tar.gz", work / "news.whl"
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(shipped.root, "news-1.2.0")
    with zipfile.ZipFile(wheel, "w") as file:
        metadata = "Name: news\nVersion: 1.2.0\nLicense-Expression: MIT\n"
        file.writestr("news-1.2.0.dist-info/METADATA", metadata)
    inputs = SimpleNamespace(
        project=shipped,
        bundle=Bundle(site, True, {"news": 1}),
        epoch=EPOCH,
        sbom_of_bundle=b"{}\n",
        sbom_of_lock=b"{}\n",
        sdist=sdist,
        wheel=wheel,
        commit="",
    )
    return Job(shipped, cast(Inputs, inputs), work, work / "logs", Options())
