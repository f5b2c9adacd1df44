"""Images that others have made keep a name, whatever is loaded, pulled or made over theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from docker.errors import APIError, ImageNotFound

from shipways.machines import engine, image_cache, image_names
from shipways.util import cache, command

NAME = "notes:1.0"
OURS, OTHERS = Path("/checkout/ours"), Path("/checkout/others")


@dataclass
class Shelf:
    """Images by name as an engine keeps them: without its last name, an image is gone."""

    by_name: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def get(self, name: str) -> SimpleNamespace:
        image = self.by_name.get(name, name)
        if image not in self.by_name.values():
            raise ImageNotFound("none")
        tags = [known for known, there in self.by_name.items() if there == image]

        def tag(repository: str, tag: str) -> None:
            self.by_name[f"{repository}:{tag}"] = image

        return SimpleNamespace(id=image, tags=tags, tag=tag, labels=self.labels.get(image, {}))

    def list(self, filters: dict[str, str]) -> list[SimpleNamespace]:
        found = map(self.get, dict.fromkeys(self.by_name.values()))
        return [image for image in found if filters["label"] in image.labels]

    def remove(self, name: str, **_: object) -> None:
        image = self.get(name)
        if image.id in self.used and image.tags == [name]:
            raise APIError("conflict")
        self.by_name = {
            known: there for known, there in self.by_name.items() if name not in (known, there)
        }


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shelf:
    found = Shelf()
    monkeypatch.setattr(engine, "client", lambda: SimpleNamespace(images=found))
    monkeypatch.setattr(engine, "name", lambda: "docker")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(image_names, "say", lines.append)
    return lines


def load(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, image: str, owner: Path) -> None:
    def run(*_: object, **__: object) -> None:
        shelf.by_name[NAME] = image

    monkeypatch.setattr(image_names, "run", run)
    image_names.load(Path("archive"), [NAME], owner)


def image(letter: str) -> str:
    return f"sha256:{letter * 64}"


def test_an_image_that_was_not_made_here_gets_another_name_first(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.by_name[NAME] = image("a")
    load(shelf, monkeypatch, image("b"), OURS)
    assert shelf.by_name == {NAME: image("b"), f"{NAME}-{'a' * 12}": image("a")}
    assert NAME in said[0] and f"{NAME}-{'a' * 12}" in said[0]


def test_what_this_checkout_has_made_is_replaced(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for letter in "abca":
        load(shelf, monkeypatch, image(letter), OURS)
    assert shelf.by_name == {NAME: image("a")}
    assert not said


def test_another_checkout_s_is_not_ours(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(shelf, monkeypatch, image("a"), OTHERS)
    load(shelf, monkeypatch, image("b"), OURS)
    assert image("a") in shelf.by_name.values()
    assert len(said) == 1


def test_the_same_image_of_two_checkouts_is_both_s(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(shelf, monkeypatch, image("a"), OTHERS)
    load(shelf, monkeypatch, image("a"), OURS)
    assert (shelf.by_name, said) == ({NAME: image("a")}, [])
    load(shelf, monkeypatch, image("b"), OURS)
    assert image("a") in shelf.by_name.values()


def test_nothing_changes_where_the_name_stays(shelf: Shelf, said: list[str]) -> None:
    shelf.by_name = {NAME: image("a"), f"{NAME}-{'a' * 12}": image("a"), "other:1": image("c")}
    before = dict(shelf.by_name)
    with image_names.kept([NAME, "other:1", "not-there:1"]):
        pass
    assert (shelf.by_name, said) == (before, [])


def test_stopped_in_the_middle_it_still_has_a_name(shelf: Shelf, said: list[str]) -> None:
    shelf.by_name[NAME] = image("a")
    with pytest.raises(KeyboardInterrupt), image_names.kept([NAME]):
        shelf.by_name[NAME] = image("b")
        raise KeyboardInterrupt
    assert image("a") in shelf.by_name.values()
    assert said


@pytest.mark.parametrize(
    "name", ["debian:13", "host:5000/a/b:1.0", f"x:{'1' * 128}", f"x:{'1' * 120}"]
)
def test_the_other_name_is_one_that_engines_take(shelf: Shelf, name: str) -> None:
    shelf.by_name[name] = image("a")
    with image_names.kept([name]):
        (spare,) = set(shelf.by_name) - {name}
    repository, _, tag = spare.rpartition(":")
    assert repository == name.rpartition(":")[0]
    assert len(tag) <= 128
    assert tag.endswith("a" * 12)


def test_an_image_in_use_stays(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(shelf, monkeypatch, image("a"), OURS)
    shelf.used.add(image("a"))
    load(shelf, monkeypatch, image("b"), OURS)
    assert image("a") in shelf.by_name.values()


def test_only_nameless_images_are_removed_by_their_id(shelf: Shelf) -> None:
    shelf.by_name = {NAME: image("a")}
    image_names.remove_nameless(image("a"))
    image_names.remove_nameless(image("b"))
    assert shelf.by_name == {NAME: image("a")}


def test_nothing_is_made_from_another_s_image_of_that_name(
    shelf: Shelf, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(ref: str, labels: dict[str, str]) -> None:
        made.append(ref)
        shelf.by_name[ref] = image("b")
        shelf.labels[image("b")] = labels

    ref = image_cache.cached("debian:13", "a recipe", make)
    shelf.by_name[ref] = image("a")
    assert image_cache.cached("debian:13", "a recipe", make) == ref
    assert image_cache.cached("debian:13", "a recipe", make) == ref
    assert made == [ref, ref]
    assert image("a") in shelf.by_name.values()
    assert ref in said[0]


def test_prune_leaves_what_others_made_of_ours(shelf: Shelf) -> None:
    label = {engine.ROLE_LABEL: "debian:13"}
    shelf.by_name = {
        "shipways/debian-13:0123456789abcdef": image("a"),
        "my/base:1": image("a"),  # a name that somebody gave
        "my/app:1": image("b"),  # made from it: labels are inherited
        "shipways/nginx:1.26": image("c"),
    }
    shelf.labels = {image("a"): label, image("b"): label}
    assert image_cache.prune() == ["shipways/debian-13:0123456789abcdef"]
    assert set(shelf.by_name) == {"my/base:1", "my/app:1", "shipways/nginx:1.26"}


def test_prune_needs_no_order(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the time of making: that of a clock that was set says nothing."""
    role = {engine.ROLE_LABEL: "debian:13"}
    bases = [f"shipways/debian-13:{letter * 16}" for letter in "abc"]
    shelf.by_name = {name: image(name[-1]) for name in bases}
    shelf.labels = dict.fromkeys(map(image, "abc"), role)
    remove = shelf.remove

    def refusing(name: str, **_: object) -> None:
        stands_on_it = bases[bases.index(name) + 1 :][:1]
        if stands_on_it and stands_on_it[0] in shelf.by_name:
            raise APIError("has dependent child images")
        remove(name)

    monkeypatch.setattr(shelf, "remove", refusing)
    assert image_cache.prune() == bases[::-1]


def test_loading_is_in_one_place() -> None:
    """Whatever gives names in the engine goes through names.kept."""
    folder = Path(command.__file__).parents[1]
    users = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if '"load", f"--input' in path.read_text(encoding="utf-8")
        or "images.pull(" in path.read_text(encoding="utf-8")
    }
    assert users == {"machines/image_names.py", "machines/distributions.py"}
