"""Every type of value: what it admits, and what it refuses; the rule that holds for all of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipways.project import names, values

ADMITTED: list[tuple[type[values.Value], list[str]]] = [
    (
        values.Line,
        ["Notes", 'a "b" \\ %(x) $(y) `z` {{ }} <b> | # : 🚢 שלום', "-x", ".so /etc/passwd"],
    ),
    (values.Prose, ["Sentence. Another."]),
    (values.Verbatim, ["", " a  b ", "'x'", '"$HOME" \\']),
    (values.Argument, ["--bind", "a b", "%i", "$X", ";", "{}", "é", "--format=%(message)s"]),
    (values.Module, ["notes", "notes.settings", "_a.b2", "проект.настройки"]),
    (values.ObjectReference, ["notes.wsgi:application", "a:b.c"]),
    (values.UrlPath, ["/", "/healthz", "/a/b-c_d~e", "/%20", "/a=1&b", "/$x(y)*!,@:+"]),
    (values.OptionalPath, ["", "/about"]),
    (values.StaticUrl, ["", "/", "/static/", "/a/b/", "https://cdn.example.org/static/"]),
    (values.ProbePath, ["/", "/?q={text}", "/notes/{text}/", "/a?b=c&d=%20"]),
    (values.Url, ["https://a.example", "http://[::1]:80/?q='$(x)'#y", "https://u@a.example/%7B"]),
    (values.Person, ["Ada Lovelace <ada@example.org>", 'Zoë (QA) O\'Neil "x" %y $z <a+b@c>']),
    (values.Licence, ["", "MIT", "MIT OR Apache-2.0", "BSD", "my own, see %(file)"]),
    (values.Version, ["1.0", "1!2.0rc1.post2.dev3+local.1"]),
    (values.Specifier, [">=3.10", "", "!=3.11,>=3.10"]),
    (values.Requirement, ["django>=4.2", "a[b]; python_version < '3.11'"]),
    (values.LanguageTag, ["en", "pt-BR", "zh-Hant-TW"]),
    (values.Section, ["web", "contrib/web"]),
    (values.Relation, ["libmagic1", "a1 (>= 1:2.0~x-1) | b2 [amd64 !i386] <!nocheck>", "a1:any"]),
    (values.ProjectPath, ["requirements.lock", "a/ü b.txt"]),
    (names.DistributionName, ["notes", "a-b", "7up"]),
    (names.SystemName, ["notes", "a-1", "team-notes", "x" * names.LONGEST]),
    (names.CommandName, ["notes", "Notes.py", "notes_2"]),
    (names.VariableName, ["NOTES", "_X1", "DEBUG", "LDAP_URL", "DATABASE_URL", "STATE_DIRECTORY"]),
]
CHANGED = [
    (values.Line, "  Notes ", "Notes"),
    (values.Prose, "One.\n  Two.\tThree.\n", "One. Two. Three."),
    (values.EntryPoint, "notes.cli:main", "notes.cli:main"),
    (values.EntryPoint, "notes.cli : app.main [extra, other]", "notes.cli:app.main"),
    (values.Person, "Ada  Lovelace\n <a@b>", "Ada Lovelace <a@b>"),
    (values.Licence, "mit or apache-2.0", "MIT OR Apache-2.0"),
    (values.Version, "v1.0-RC1", "1.0rc1"),
    (names.DistributionName, "A_b..C", "a-b-c"),
]
REFUSED: list[tuple[type[values.Value], list[str]]] = [
    (values.Line, ["", "  ", "a\nb", "a\rb", "a\x00", "a\x1bb", "a\x85b", "a\u2028b", "a\u2029b"]),
    (values.Line, ["a\x7f", "\ufffe", "\ufdd0", "\U0001ffff", "x" * (values.LIMIT + 1)]),
    (values.Prose, ["", "\n", "a\x00b"]),
    (values.Verbatim, ["a\nb", "\x00"]),
    (values.Argument, ["", "a\nb", "a\x00b"]),
    (values.Module, ["", "a.", ".a", "a-b", "1a", "a b", "a:b", "a..b", "a\n"]),
    (values.ObjectReference, ["", "a", "a:", ":a", "a:b()", "a.b:c d", "a:b:c", "a:b [x]"]),
    (values.EntryPoint, ["", "a", "a:b [x", "a:b ; import os", "a:b\n"]),
    (
        values.UrlPath,
        ["", "healthz", "/a b", "/{x}", "/'", '/"', "/;", "/a?b", "/a#b", "/%2", "/é"],
    ),
    (values.UrlPath, ["/a\n", "/\\", "/`", "/|", "/^", "/<", "https://a/b", "//a"]),
    (values.OptionalPath, [" ", "about"]),
    (
        values.StaticUrl,
        ["/static", "/a%20b/", "static/", "/a b/", "//;/", "ftp://a/", "https:///a/", "//a/"],
    ),
    (values.ProbePath, ["", "?q", "/{other}", "/a b", "/?q='"]),
    (
        values.Url,
        ["", "a.example", "ftp://a", "https://", "https:///a", "https://a b", "https://a/{b}"],
    ),
    (
        values.Url,
        [
            "https://a/%zz",
            "https://a:99999",
            "https://a:x",
            'https://a/"',
            "https://ü",
            "http://[a",
        ],
    ),
    (
        values.Person,
        ["", "Ada", "ada@example.org", "<a@b>", "A <a>", "A <a@b> x", "A, B <a@b>", "A <a b@c>"],
    ),
    (values.Licence, ["a\nb", "\x00"]),
    (values.Version, ["", "one", "1.0\n2"]),
    (values.Specifier, ["3.10 or so", "===$(x)", ">=3.10\n;"]),
    (values.Requirement, ["", "django >> 4", "a b", "-r other.txt"]),
    (values.LanguageTag, ["", "pt_BR", "english", "e", "en\n"]),
    (values.Section, ["", "Web", "a b", "a/b/c", "web\n"]),
    (values.Relation, ["", "a", "A1", "a1, b1", "${x}", "a1 (> 1)", "a1\n", "a1 |", "a1 (>= 1"]),
    (values.ProjectPath, ["", "/etc/passwd", "a\nb"]),
    (names.DistributionName, ["", "-a", "a-", "a b", "ä", "a\n", "a/b", "{a}"]),
    (
        names.SystemName,
        ["", "a", "A", "a.b", "a_b", "7up", "a--b", "-a", "a-", "x" * 32, "ä", "a\n"],
    ),
    (names.SystemName, ["news", "root", "www-data", "ssl", "dpkg", "systemd", "postgres"]),
    (names.SystemName, ["notes-a", "notes-b", "notes-bundled", "template1"]),
    (names.CommandName, ["", "-x", ".x", "a b", "a/b", "a\n", "sh", "ls", "python3", "systemctl"]),
    (names.VariableName, ["", "a", "1A", "A-B", "A B", "A=B", "A\n", "Ä"]),
    (names.VariableName, ["PATH", "LD_PRELOAD", "LD_X", "PYTHONPATH", "HOME", "SHIPWAYS_FORMAT"]),
]
KINDS = sorted(
    (
        kind
        for module in (values, names)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, values.Value) and kind is not values.Value
    ),
    key=lambda kind: kind.__name__,
)


def pairs(
    table: list[tuple[type[values.Value], list[str]]],
) -> list[tuple[type[values.Value], str]]:
    return [(kind, text) for kind, texts in table for text in texts]


@pytest.mark.parametrize(("kind", "text"), pairs(ADMITTED))
def test_admitted_as_it_is(kind: type[values.Value], text: str) -> None:
    assert kind(text) == text


@pytest.mark.parametrize(("kind", "text", "kept"), CHANGED)
def test_admitted_in_its_normal_form(kind: type[values.Value], text: str, kept: str) -> None:
    assert kind(text) == kept


@pytest.mark.parametrize(("kind", "text"), pairs(REFUSED))
def test_refused_with_what_is_wrong(kind: type[values.Value], text: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        kind(text)
    assert len(str(caught.value)) < 250


def test_every_type_stands_in_the_tables() -> None:
    admitted = {kind for kind, _ in pairs(ADMITTED)} | {kind for kind, _, _ in CHANGED}
    refused = {kind for kind, _ in pairs(REFUSED)}
    assert set(KINDS) == admitted == refused


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(text=st.text(), before=st.text(max_size=3), after=st.text(max_size=3))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_nothing_admitted_ends_a_line(
    kind: type[values.Value], text: str, before: str, after: str
) -> None:
    known = dict(reversed(ADMITTED)).get(kind, ["notes.cli:main"])
    for candidate in (text, *(f"{before}{one}{after}" for one in known)):
        try:
            value = kind(candidate)
        except ValueError:
            continue
        assert len(value.splitlines()) <= 1
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value)
        assert kind(value) == value


def test_person_in_two_parts() -> None:
    found = values.Person('Zoë (QA) "x" <a+b@c.example>')
    assert (found.name, found.address) == ('Zoë (QA) "x"', "a+b@c.example")


@pytest.mark.parametrize("kind", ["account", "folder", "command"])
def test_reserved_names_are_names(kind: str) -> None:
    assert len(names.reserved(kind)) > 30
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._+-]*", name) for name in names.reserved(kind))
