"""Bundles: what a wheel leaves in the tree, the same bytes every time, hashes checked."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from shipways.errors import BuildError
from shipways.inputs import stages
from shipways.inputs.stages import Inputs
from shipways.inputs.wheel_install import install_wheel
from shipways.inputs.wheelhouse import Store
from shipways.project import model
from shipways.util import reproducible_tar
from shipways.util.measure import sha256
from tests.inputs.wheel_maker import make_wheel


@pytest.fixture
def inputs(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """Inputs whose distributions are there already, and an index that has one wheel."""
    work = tmp_path / "work"
    wheel = make_wheel(
        work / "distributions", "notes_app", {"notes/__init__.py": "x = 1\n"}, requires=["django"]
    )
    django = make_wheel(
        tmp_path / "index", "django", {"django/__init__.py": "", "django/a.txt": "a"}, version="5.2"
    )
    (notes / "requirements.lock").write_text(f"django==5.2 --hash=sha256:{sha256(django)}\n")
    monkeypatch.setattr(Store, "_download", lambda self, asked, made, *_: shutil.copy(django, made))
    made = Inputs(model.load(notes), 1700000000, tmp_path / "cache", work, tmp_path / "logs")
    made.__dict__["distributions"] = wheel.parent
    return made


def test_bundle_is_the_same_for_the_same_lock(inputs: Inputs) -> None:
    made = inputs.bundle
    assert made.pure
    names = {str(p.relative_to(made.site)) for p in made.site.rglob("*") if p.is_file()}
    assert {"notes/__init__.py", "django/a.txt", "django-5.2.dist-info/METADATA"} <= names
    assert not any("__pycache__" in name or "bin/" in name for name in names)
    for path in made.site.rglob("*"):
        assert path.stat().st_mtime == 1700000000
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert set(made.contents) == {"notes-app", "django"}
    assert all(made.contents.values())


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_what_a_wheel_says_is_executable_is_so(tmp_path: Path, mask: int) -> None:
    modes = {
        "a/all": 0o755,
        "a/owner": 0o700,
        "a/group": 0o654,
        "a/none": 0o600,
        "a/setuid": 0o4755,
    }
    wheel = make_wheel(tmp_path / "wheels", "a", dict.fromkeys(modes, "#!/bin/sh"), modes=modes)
    before = os.umask(mask)
    try:
        install_wheel(wheel, tmp_path / "site")
        stages.settle(tmp_path / "site", 1700000000)
    finally:
        os.umask(before)
    found = {path.name: path.stat().st_mode & 0o7777 for path in (tmp_path / "site/a").iterdir()}
    executable = dict.fromkeys(("all", "owner", "group", "setuid"), 0o755)
    assert found == {**executable, "none": 0o644}


def test_files_that_a_bundle_has_no_place_for_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "spread/__init__.py": "",
        "spread-1.0.data/purelib/spread/more.py": "",
        "spread-1.0.data/data/share/man/man1/spread.1": "",
        "spread-1.0.data/headers/spread.h": "",
        "spread-1.0.data/scripts/spread.sh": "",
    }
    wheel = make_wheel(tmp_path / "wheels", "spread", files)
    for number in (1, 2):
        install_wheel(wheel, tmp_path / f"site-{number}")
    (line,) = capsys.readouterr().err.splitlines()
    left = "'data/share/man/man1/spread.1', 'headers/spread.h', 'scripts/spread.sh'"
    assert line == f"  spread-1.0-py3-none-any.whl: not in the bundle: {left}"
    assert (tmp_path / "site-1" / "spread" / "more.py").is_file()


def test_record_does_not_list_scripts(inputs: Inputs) -> None:
    record = (inputs.bundle.site / "notes_app-1.0.dist-info" / "RECORD").read_text()
    assert "notes/__init__.py,sha256=" in record
    assert ".." not in record
    assert str(inputs.work) not in record


def test_translations_in_source_form_stay_out(tmp_path: Path) -> None:
    files = {"a/x.po": "source", "a/x.mo": "compiled", "a/alone.po": "source"}
    install_wheel(make_wheel(tmp_path, "a", files), tmp_path / "site")
    assert sorted(p.name for p in (tmp_path / "site" / "a").iterdir()) == ["alone.po", "x.mo"]
    assert "a/x.po" not in (tmp_path / "site" / "a-1.0.dist-info" / "RECORD").read_text()


@pytest.mark.parametrize(
    ("languages", "kept"),
    [
        ((), {"de", "en", "pt", "pt_BR", "zh_Hans"}),
        (("de",), {"de", "en"}),
        (("pt-br",), {"en", "pt", "pt_BR"}),
        (("pt", "zh-Hans"), {"en", "pt", "zh_Hans"}),
    ],
)
def test_translations_into_other_languages_stay_out(
    languages: tuple[str, ...], kept: set[str], tmp_path: Path
) -> None:
    spoken = ("de", "en", "pt", "pt_BR", "zh_Hans")
    files = {f"a/locale/{name}/LC_MESSAGES/django.mo": name for name in spoken}
    files["a/locale/de/formats.py"] = "no translation: it is imported"
    install_wheel(make_wheel(tmp_path, "a", files), tmp_path / "site", languages)
    locale = tmp_path / "site" / "a" / "locale"
    found = {path.parent.parent.name for path in locale.glob("*/LC_MESSAGES/django.mo")}
    assert found == kept
    assert {path.name for path in locale.iterdir()} == kept | {"de"}
    record = (tmp_path / "site" / "a-1.0.dist-info" / "RECORD").read_text()
    assert record.count("django.mo") == len(kept)


def test_universal_lock_gives_what_applies(inputs: Inputs) -> None:
    """It names Django twice; the wheelhouse has the one for the promised Pythons."""
    here = inputs.project.lock.read_text().replace(" --hash", ' ; python_version >= "3" --hash')
    other = f'django==4.2.1 ; python_version < "3" --hash=sha256:{"a" * 64}\n'
    inputs.project.lock.write_text(here + other)
    assert [wheel.name for wheel in inputs.wheelhouse] == ["django-5.2-py3-none-any.whl"]
    found = json.loads(inputs.sbom_of_bundle)
    assert [part["name"] for part in found["components"]] == ["django"]
    both = json.loads(inputs.sbom_of_lock)
    assert [part["version"] for part in both["components"]] == ["4.2.1", "5.2"]


def test_compiled_wheel_makes_the_bundle_impure(tmp_path: Path) -> None:
    compiled = make_wheel(tmp_path, "fast", {"fast.py": ""}, "cp311-cp311-linux_x86_64")
    assert not stages.is_pure(compiled)
    install_wheel(compiled, tmp_path / "site")
    assert (tmp_path / "site" / "fast.py").is_file()


def test_sdist_is_repacked(tmp_path: Path) -> None:
    digests = []
    for number in (1, 2):
        tree = tmp_path / str(number) / "notes-1.0"
        tree.mkdir(parents=True)
        (tree / "setup.py").write_text("x")
        (tree / "run.sh").write_text("echo")
        (tree / "run.sh").chmod(0o700 if number == 1 else 0o755)
        sdist = tmp_path / str(number) / "notes-1.0.tar.gz"
        with tarfile.open(sdist, "w:gz") as packed:
            packed.add(tree, "notes-1.0")
        reproducible_tar.repack_sdist(sdist, 1700000000)
        digests.append(sha256(sdist))
    assert digests[0] == digests[1]
    with gzip.open(sdist) as raw, tarfile.open(fileobj=raw) as packed:
        members = {member.name: member for member in packed}
    assert members["notes-1.0/run.sh"].mode == 0o755
    assert {(m.uid, m.uname, m.mtime) for m in members.values()} == {(0, "root", 1700000000)}


LATIN = "# René\n".encode("latin-1")


def test_metadata_in_any_encoding(tmp_path: Path) -> None:
    info = "a-1.0.dist-info"
    files = {
        "a/__init__.py": b"# coding: latin-1\n" + LATIN,
        f"{info}/entry_points.txt": LATIN + b"[console_scripts]\na = a:main\n",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\nAuthor: " + LATIN[2:],
    }
    install_wheel(make_wheel(tmp_path, "a", files), tmp_path / "site")
    assert (tmp_path / "site/a/__init__.py").read_bytes() == files["a/__init__.py"]


def test_wheel_without_a_record_is_named(tmp_path: Path) -> None:
    wheel = tmp_path / "a-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("a-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
    with pytest.raises(BuildError, match=r"a-1\.0-py3-none-any\.whl cannot be installed"):
        install_wheel(wheel, tmp_path / "site")
