"""The wheelhouse: the lock's set, no more and no less, for the Pythons that it is for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shipways.errors import BuildError, HashMismatch, LockMismatch
from shipways.inputs import wheelhouse
from shipways.inputs.wheelhouse import Store, Wheelhouse
from shipways.project import lockfile, model
from shipways.project.model import Project
from shipways.project.pin import Pin
from shipways.project.python_versions import HERE
from shipways.util.measure import file_hash, sha256
from tests.inputs.wheel_maker import make_wheel

Damage = Callable[[Path], object]


class Index:
    """Stands for pip and an index: gives the wheels that a requirements file names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, ...]] = []
        self.markers: dict[str, str] = {}

    def add(self, name: str, version: str = "1.0", marker: str = "", **more: object) -> Path:
        path = make_wheel(self.folder, name, version=version, **more)  # type: ignore[arg-type]
        self.markers[path.name] = f" ; {marker}" if marker else ""
        return path

    def locked(self) -> str:
        return "".join(
            f"{'=='.join(name.split('-')[:2])}{marker} --hash=sha256:{sha256(self.folder / name)}\n"
            for name, marker in self.markers.items()
        )

    def download(self, asked: Path, made: Path, options: tuple[str, ...]) -> None:
        self.asked.append(tuple(options))
        for line in asked.read_text().splitlines():
            digest = line.partition("sha256:")[2]
            found = [path for path in self.folder.glob("*.whl") if sha256(path) == digest]
            if not found or ("--abi=none" in options and "none-any" not in found[0].name):
                raise BuildError(f"there is no {line.split()[0]}")
            shutil.copy(found[0], made)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    found = Index(tmp_path / "index")
    monkeypatch.setattr(Store, "_download", lambda _, *given: found.download(*given[:3]))
    return found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache", tmp_path)


def shipped(notes: Path, index: Index, python: str = ">=3.10") -> Project:
    (notes / "requirements.lock").write_text(index.locked())
    file = notes / "pyproject.toml"
    text = file.read_text().replace('"django>=4.2"', "")
    file.write_text(text.replace('requires-python = ">=3.10"', f'requires-python = "{python}"'))
    return model.load(notes)


def bundle(found: Project, app: Path, store: Store) -> Wheelhouse:
    return wheelhouse.for_bundle(found, app, lockfile.of(found), store)


def image(found: Project, app: Path, store: Store) -> Wheelhouse:
    return wheelhouse.for_python(found, app, lockfile.of(found), store, "3.13")


def names(house: Wheelhouse) -> list[str]:
    return [path.name.split("-")[0] for path in house.wheels]


@pytest.fixture
def app(tmp_path: Path) -> Callable[..., Path]:
    def make(*requires: str, tag: str = "py3-none-any") -> Path:
        return make_wheel(tmp_path / "app", "notes_app", {}, tag, requires=requires)

    return make


def remove(folder: Path, pattern: str) -> None:
    for wheel in folder.glob(pattern):
        wheel.unlink()


def become_folders(folder: Path) -> None:
    for wheel in folder.iterdir():
        wheel.unlink()
        wheel.mkdir()


def truncate(folder: Path) -> None:
    (wheel,) = folder.glob("django*")
    wheel.write_bytes(wheel.read_bytes()[:-7])


def double(folder: Path) -> None:
    shutil.copy(next(folder.glob("django*")), folder / "django-5.2-1-py3-none-any.whl")


def extra(folder: Path) -> None:
    make_wheel(folder, "flask")


def other_version(folder: Path) -> None:
    next(folder.glob("django*")).rename(folder / "django-4.2-py3-none-any.whl")


def become_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def become_a_link_to_nothing(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("nowhere")


def all_become_a_file(folder: Path) -> None:
    shutil.rmtree(folder.parent)
    folder.parent.write_text("")


DAMAGES: list[Damage] = [
    lambda folder: remove(folder, "django*"),
    lambda folder: remove(folder, "asgiref*"),
    lambda folder: remove(folder, "*"),
    lambda folder: (folder / "django-5.2.tar.gz").write_text(""),
    lambda folder: (folder / "half.whl").write_text(""),
    become_folders, shutil.rmtree, truncate, double, extra, other_version,
    become_a_file, become_a_link_to_nothing, all_become_a_file,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_right_is_fetched_again(
    notes: Path, index: Index, store: Store, app: Callable[..., Path], damage: Damage
) -> None:
    index.add("django", "5.2")
    index.add("asgiref")
    found = shipped(notes, index)
    first = bundle(found, app("django", "asgiref"), store)
    assert bundle(found, app("django", "asgiref"), store) == first
    assert len(index.asked) == 1
    damage(first.wheels[0].parent)
    second = bundle(found, app("django", "asgiref"), store)
    assert len(index.asked) == 2
    assert second == first
    assert not wheelhouse.problems(second.wheels[0].parent, second.entries)


def test_what_cannot_be_fetched_again_is_named(
    notes: Path, index: Index, store: Store, app: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    index.add("django", "5.2")
    found = shipped(notes, index)
    first = bundle(found, app("django"), store)
    first.wheels[0].unlink()
    monkeypatch.undo()

    def fail(*_: object, **__: object) -> None:
        raise BuildError("pip did not get it")

    monkeypatch.setattr(wheelhouse, "run", fail)
    with pytest.raises(BuildError, match=r"django 5\.2 is missing; fetched again: pip did not"):
        bundle(found, app("django"), store)


def test_what_pip_fetched_has_to_be_what_the_lock_names(
    notes: Path, index: Index, store: Store, app: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    index.add("django", "5.2")
    found = shipped(notes, index)
    monkeypatch.setattr(Store, "_download", lambda self, asked, made, *_: extra(made))
    with pytest.raises(HashMismatch, match=r"django 5\.2 is missing; flask 1\.0 was not asked"):
        bundle(found, app("django"), store)
    assert not list((store.cache / "wheelhouse").glob("*/*.whl"))


def test_any_hash_of_the_line_will_do(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "django")
    hashes = frozenset({"a" * 64, file_hash(wheel, "sha512")})
    assert not wheelhouse.problems(tmp_path, [Pin("django", "1.0", hashes)])
    wrong = frozenset({"a" * 64, "b" * 128})
    assert wheelhouse.problems(tmp_path, [Pin("django", "1.0", wrong)]) == [
        "django-1.0-py3-none-any.whl is not the file that the lock names"
    ]


def test_what_only_other_pythons_need_is_in(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("django", "5.2", requires=['legacy-cgi ; python_version >= "3.13"'])
    index.add("legacy_cgi", marker='python_version >= "3.13"')
    index.add("tomli", marker='python_full_version < "3.10.7"')
    index.add("colorama", marker='sys_platform == "win32"')
    needs = ("django", 'tomli ; python_full_version < "3.10.7"', 'colorama ; os_name == "nt"')
    house = bundle(shipped(notes, index), app(*needs), store)
    assert names(house) == ["django", "legacy_cgi", "tomli"]
    assert house.pythons == ">=3.10"
    assert [entry.name for entry in house.entries] == ["django", "legacy-cgi", "tomli"]


def test_nothing_of_another_python_is_left_out_in_silence(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("django", "5.2", requires=['legacy-cgi ; python_version >= "3.15"'])
    with pytest.raises(
        LockMismatch, match=r"does not hold legacy-cgi, which django .*Python 3\.15"
    ):
        bundle(shipped(notes, index), app("django"), store)
    narrow = shipped(notes, index).root / "pyproject.toml"
    narrow.write_text(narrow.read_text().replace('">=3.10"', '">=3.10,<3.15"'))
    assert names(bundle(model.load(notes), app("django"), store)) == ["django"]


def test_two_versions_for_promised_pythons(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("django", "5.2", 'python_version < "3.12"')
    index.add("django", "6.0", 'python_version >= "3.12"')
    found = shipped(notes, index)
    with pytest.raises(LockMismatch, match=r"lines 1 and 2: django 5\.2 and 6\.0") as caught:
        bundle(found, app("django"), store)
    assert "Narrow requires-python" in caught.value.hint
    assert image(found, app("django"), store).wheels[0].name == "django-6.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("requires", "missing"),
    [
        (["django[argon2]"], "does not hold argon2-cffi, which django\\[argon2\\] depends on"),
        (["django[Argon2]"], "does not hold argon2-cffi, which django\\[argon2\\] depends on"),
        (["django", "psycopg[binary]>=3"], "does not hold psycopg, which the project depends on"),
        (["django>=6"], r"holds django 5\.2, but the project wants django>=6"),
        (["django", "asgiref"], r"does not hold helper, which asgiref depends on"),
    ],
)
def test_all_that_is_required_is_there(
    notes: Path, index: Index, store: Store, app: Callable[..., Path],
    requires: list[str], missing: str,
) -> None:  # fmt: skip
    index.add(
        "django", "5.2", requires=['argon2-cffi ; extra == "argon2"', 'x ; extra == "bcrypt"']
    )
    index.add("asgiref", requires=["helper"])
    for house in (bundle, image):
        with pytest.raises(LockMismatch, match=missing) as caught:
            house(shipped(notes, index), app(*requires), store)
        assert caught.value.exit_code == 2
    assert names(bundle(shipped(notes, index), app("django"), store)) == ["asgiref", "django"]


COMPILED = "linux_x86_64"


@pytest.mark.parametrize(
    ("tag", "python", "pythons"),
    [
        ("py3-none-any", ">=3.10", ">=3.10"),
        ("py2.py3-none-any", ">=3.10", ">=3.10"),
        (f"py3-none-{COMPILED}", "~=3.11", "~=3.11"),
        (f"cp39-abi3-{COMPILED}", ">=3.10", ">=3.10"),
        (f"cp312-abi3-{COMPILED}", ">=3.10", ">=3.12"),
        (f"cp313-cp313-{COMPILED}", ">=3.10", ">=3.13,<3.14"),
        ("py312-none-any", ">=3.10,<3.14", ">=3.12,<3.14"),
    ],
)
def test_a_bundle_is_for_what_its_wheels_are_for(
    notes: Path, index: Index, store: Store, app: Callable[..., Path],
    tag: str, python: str, pythons: str,
) -> None:  # fmt: skip
    index.add("fast", tag=tag)
    assert bundle(shipped(notes, index, python), app("fast"), store).pythons == pythons


def test_wheels_say_which_python_they_want(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("django", "6.0", requires_python=">=3.12")
    index.add("capped", requires_python="<3.14")
    found = shipped(notes, index)
    assert bundle(found, app("django", "capped"), store).pythons == ">=3.12,<3.14"
    index.add("old", requires_python="<3.12")
    with pytest.raises(LockMismatch, match=r"old 1\.0 is for Python <3\.12.* no Python is left"):
        bundle(shipped(notes, index), app(), store)


def test_wheels_are_asked_for_the_target_s_python(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("django", "5.2")
    found = shipped(notes, index)
    bundle(found, app("django"), store)
    image(found, app("django"), store)
    wanted = dict.fromkeys([HERE, "3.13"])  # one and the same where this is the image's Python
    assert [*dict.fromkeys(options[0] for options in index.asked)] == [
        f"--python-version={python}" for python in wanted
    ]
    later = shipped(notes, index, ">=3.99")
    bundle(later, app("django"), store)
    assert index.asked[-1][0] == "--python-version=3.99"


@pytest.mark.parametrize("tag", ["cp311-cp311-linux_x86_64", "cp314-abi3-linux_x86_64"])
def test_image_refuses_what_is_for_another_python(
    notes: Path, index: Index, store: Store, app: Callable[..., Path], tag: str
) -> None:
    index.add("fast", tag=tag)
    with pytest.raises(BuildError, match=rf"fast-1\.0-{tag}\.whl is for Python .* image has 3\.13"):
        image(shipped(notes, index), app("fast"), store)
    index.markers.clear()
    with pytest.raises(BuildError, match=r"notes_app-1\.0-cp312-cp312"):
        image(shipped(notes, index), app(tag="cp312-cp312-linux_x86_64"), store)


def test_image_has_a_python_that_the_project_admits(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    with pytest.raises(BuildError, match=r"requires-python: '<3\.13,>=3\.10' does not admit"):
        image(shipped(notes, index, ">=3.10,<3.13"), app(), store)


def test_what_only_other_pythons_need_has_to_be_pure(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    index.add("fast", marker='python_version >= "3.15"', tag="cp315-cp315-linux_x86_64")
    with pytest.raises(LockMismatch, match=r"fast \(line 1\): for some .* no pure wheel") as caught:
        bundle(shipped(notes, index), app(), store)
    assert "Narrow requires-python" in caught.value.hint


def test_nothing_locked_is_nothing_fetched(
    notes: Path, index: Index, store: Store, app: Callable[..., Path]
) -> None:
    assert bundle(shipped(notes, index), app(), store).wheels == ()
    assert not index.asked


def test_pip_gets_no_line_of_the_lock(
    notes: Path, index: Index, store: Store, app: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    index.add("django", "5.2")
    found = shipped(notes, index)
    found.lock.write_text(f"# secret\n{found.lock.read_text()}\n")
    given = []

    def download(_: Store, asked: Path, made: Path, *__: object) -> None:
        given.append(asked.read_text())
        shutil.copy(index.folder / "django-5.2-py3-none-any.whl", made)

    monkeypatch.setattr(Store, "_download", download)
    bundle(found, app("django"), store)
    assert given == [index.locked()]
