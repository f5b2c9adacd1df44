"""Whatever a value says, the parser of the language that it went into gives it back."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
from collections.abc import Callable

import pytest
import yaml as pyyaml
from crossplane.lexer import _lex_file_object as lex
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from shipways.util.escape import files, markdown, nginx, roff, rpm_spec, shell, systemd, yaml
from tests.util.escape.texts import LINE, ODD

TIMEOUT_S = 60
many = settings(deadline=None, derandomize=True, max_examples=100)


def each(check: Callable[[str], None]) -> Callable[..., None]:
    """The odd ones by name, and whatever else hypothesis finds."""
    found = many(given(text=LINE)(check))
    for text in ODD:
        found = example(text=text)(found)
    return found


@each
def test_python(text: str) -> None:
    assert ast.literal_eval(files.python(text)) == text
    assert ast.literal_eval(files.python((text, 1, True, None))) == (text, 1, True, None)
    assert ast.literal_eval(f'"""{files.docstring(text)} """') == f"{text} "


@each
def test_yaml(text: str) -> None:
    for data in (text, [text], {text: text}, {"a": [text, 1, True]}):
        assert pyyaml.safe_load(f"a: {yaml.flow(data)} # c\n") == {"a": data}
    assert pyyaml.safe_load(f"- {yaml.flow(text)}\n- x\n") == [text, "x"]
    assert pyyaml.safe_load(f"{yaml.flow(text)}: 1\n") == {text: 1}


@each
def test_stdeb(text: str) -> None:
    if "#" in text:
        with pytest.raises(ValueError, match="holds a #"):
            files.option(text)
        return
    parser = configparser.ConfigParser()
    parser.read_string(f"[DEFAULT]\nX: {files.option(text)}\n")
    assert parser.get("DEFAULT", "x") == text


@each
def test_shell_words(text: str) -> None:
    assert shlex.split(f"x {shell.word(text)} y") == ["x", text, "y"]


@each
def test_markdown(text: str) -> None:
    reader = MarkdownIt("commonmark").enable("table")
    assert shown(reader.render(markdown.text(text))) == [text]
    assert shown(reader.render(f"# {markdown.text(text)}")) == [text]
    assert shown(reader.render(f"x\n{markdown.text(text)}")) == [f"x\n{text}"]
    assert shown(reader.render(f"- {markdown.code(text)}")) == [text]
    assert shown(reader.render(markdown.block(text))) == [text]
    row = f"| a | b |\n| --- | --- |\n| {markdown.text(text)} | {markdown.cell_code(text)} |"
    assert shown(reader.render(row)) == ["a", "b", text, text]


def shown(html: str) -> list[str]:
    """What a reader of the HTML sees, element by element."""
    known = re.sub(r"</?(p|h1|ul|li|pre|code|table|t[a-z]+)( [a-z]+=\"[a-z-]+\")?>", "\0", html)
    assert "<" not in known
    texts = (unescaped(text).strip("\n") for text in known.split("\0"))
    return [text for text in texts if text]


def unescaped(html: str) -> str:
    for entity, one in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        html = html.replace(entity, one)
    return html


@each
def test_nginx(text: str) -> None:
    try:
        path = nginx.location(f"/{text}")
    except ValueError:
        assert re.search(r"[^A-Za-z0-9_./:@=,+~!*()&$-]", text)
        return
    tokens = [token for token, _, _ in lex(iter(f"location {path} {{ return 204; }}\n"))]
    assert tokens[:3] == ["location", f"/{text}", "{"]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "a\u2028b", "a\x85b", "\x1b[0m"])
@pytest.mark.parametrize(
    "escape",
    [
        shell.word, systemd.setting, systemd.word, systemd.argument, systemd.environment,
        rpm_spec.tag, rpm_spec.shell, roff.text, markdown.text, markdown.code, nginx.location,
        files.dotenv, files.kustomize, files.option, files.python, files.docstring,
    ],
)  # fmt: skip
def test_what_is_more_than_a_line_is_refused(escape: Callable[[object], str], text: str) -> None:
    with pytest.raises(ValueError, match="more than one line"):
        escape(text)
