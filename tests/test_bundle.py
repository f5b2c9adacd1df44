"""Bundles: what a wheel leaves in the tree, the same bytes every time, hashes checked."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import stat
import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from shipways import archive, bundle, project
from shipways.bundle import Inputs
from shipways.errors import HashMismatch
from shipways.measure import sha256
from shipways.unpack import install_wheel


def make_wheel(
    folder: Path,
    name: str,
    files: dict[str, str],
    tag: str = "py3-none-any",
    modes: Mapping[str, int] | None = None,
) -> Path:
    """A wheel as PEP 427 describes it."""
    info = f"{name}-1.0.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    rows = []
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(text.encode())}")
    content[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""])
    wheel = folder / f"{name}-1.0-{tag}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as made:
        for path, text in content.items():
            member = zipfile.ZipInfo(path)
            member.external_attr = (stat.S_IFREG | (modes or {}).get(path, 0o644)) << 16
            made.writestr(member, text)
    return wheel


@pytest.fixture
def inputs(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """Inputs whose distributions and wheelhouse are there already."""
    work = tmp_path / "work"
    wheel = make_wheel(work / "distributions", "notes", {"notes/__init__.py": "x = 1\n"})
    django = make_wheel(
        tmp_path / "house", "django", {"django/__init__.py": "", "django/a.txt": "a"}
    )
    lock = notes / "requirements.lock"
    lock.write_text(f"django==5.2.1 --hash=sha256:{sha256(django)}\n")
    key = bundle._wheelhouse_key(lock)
    cache = tmp_path / "cache"
    (cache / "wheelhouse").mkdir(parents=True)
    (tmp_path / "house").rename(cache / "wheelhouse" / key)
    made = Inputs(project.load(notes), 1700000000, cache, work, tmp_path / "logs")
    made.__dict__["distributions"] = wheel.parent
    return made


def test_bundle_is_the_same_for_the_same_lock(inputs: Inputs) -> None:
    made = inputs.bundle
    assert made.pure
    names = {str(p.relative_to(made.site)) for p in made.site.rglob("*") if p.is_file()}
    assert {"notes/__init__.py", "django/a.txt", "django-1.0.dist-info/METADATA"} <= names
    assert not any("__pycache__" in name or "bin/" in name for name in names)
    for path in made.site.rglob("*"):
        assert path.stat().st_mtime == 1700000000
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert set(made.contents) == {"notes", "django"}
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
        bundle.settle(tmp_path / "site", 1700000000)
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
    record = (inputs.bundle.site / "notes-1.0.dist-info" / "RECORD").read_text()
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


def test_changed_wheel_in_the_wheelhouse_is_refused(inputs: Inputs) -> None:
    (wheel,) = (inputs.cache / "wheelhouse").rglob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(HashMismatch, match=r"django-1\.0-py3-none-any\.whl"):
        inputs.bundle  # noqa: B018


def test_universal_lock_gives_what_applies_here(inputs: Inputs) -> None:
    """It names Django twice; the wheelhouse has the one for this Python."""
    before = inputs.cache / "wheelhouse" / bundle._wheelhouse_key(inputs.project.lock)
    here = inputs.project.lock.read_text().replace(" --hash", ' ; python_version >= "3" --hash')
    other = f'django==4.2.1 ; python_version < "3" --hash=sha256:{"a" * 64}\n'
    inputs.project.lock.write_text(here + other)
    before.rename(before.with_name(bundle._wheelhouse_key(inputs.project.lock)))
    assert [wheel.name for wheel in inputs.wheelhouse] == ["django-1.0-py3-none-any.whl"]
    found = json.loads(inputs.bill_of_bundle)
    assert [part["name"] for part in found["components"]] == ["django"]
    both = json.loads(inputs.bill_of_lock)
    assert [part["version"] for part in both["components"]] == ["4.2.1", "5.2.1"]


def test_another_python_has_a_wheelhouse_of_its_own(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notes / "requirements.lock"
    here = bundle._wheelhouse_key(path)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "linux-another")
    assert bundle._wheelhouse_key(path) != here


def test_compiled_wheel_makes_the_bundle_impure(tmp_path: Path) -> None:
    compiled = make_wheel(tmp_path, "fast", {"fast.py": ""}, "cp311-cp311-linux_x86_64")
    assert not bundle.is_pure(compiled)
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
        archive.repack_sdist(sdist, 1700000000)
        digests.append(sha256(sdist))
    assert digests[0] == digests[1]
    with gzip.open(sdist) as raw, tarfile.open(fileobj=raw) as packed:
        members = {member.name: member for member in packed}
    assert members["notes-1.0/run.sh"].mode == 0o755
    assert {(m.uid, m.uname, m.mtime) for m in members.values()} == {(0, "root", 1700000000)}
