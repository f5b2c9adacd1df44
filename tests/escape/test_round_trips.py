"""Whatever a value says, the parser of the language that it went into gives it back."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
from collections.abc import Callable
from unicodedata import normalize

import pytest
import yaml as pyyaml
from crossplane.lexer import _lex_file_object as lex
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shipways.command import run
from shipways.escape import files, markdown, nginx, roff, rpm_spec, shell, systemd, yaml
from tests.escape import systemd as reading

TIMEOUT_S = 60
ODD = (
    "q\"'\\ %(x) %{lua:x} %n %% $(x) `x` ${HOME} $X $$ {{ x }} {% raw %} <b>&amp;</b>",
    "<!-- | # c: d; \\", "'", '"', "\\", "\\\\", "%", "%%", "$", "`", "#", "# x", "; x", "- x", "-",
    "--", "1. x", "> x", "+ x", "===", "---", "* x", "! x", "& x", "? x", "@x", "| x", "[x]", "{x}",
    "{a: b}", "a: b", ".so /etc/passwd", ".", "...", "'br", "null", "~", "yes", "NO", "1", "1.0",
    "0x1", "2020-01-01", "=", "<<", "a,b", "a #b", "a# b", "%if 0", "%files",
    "é 🚢 שלום \u202e\u200d",
    "\ufeff", "~x", "&#65;", "&lt;", "**x**", "_x_", "``x``", "` x `", "https://a.example/_x_",
    "a|b",
    "\\|", "a\\",
)  # fmt: skip
WORD = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
many = settings(deadline=None, derandomize=True, max_examples=100)
few = settings(  # each example starts a process, so the first that fails will do
    deadline=None, derandomize=True, max_examples=2, phases=(Phase.explicit, Phase.generate)
)
some = st.lists(LINE, min_size=40, max_size=40).map(lambda drawn: [*ODD, *drawn])


def each(check: Callable[[str], None]) -> Callable[..., None]:
    """The odd ones by name, and whatever else hypothesis finds."""
    found = many(given(text=LINE)(check))
    for text in ODD:
        found = example(text=text)(found)
    return found


@each
def test_python(text: str) -> None:
    assert ast.literal_eval(files.python(text)) == text
    assert ast.literal_eval(files.python((text, 1, True))) == (text, 1, True)
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


@pytest.mark.process
@few
@given(texts=some)
def test_shell(texts: list[str]) -> None:
    script = f"printf '%s\\0' {shell.word(texts)}\n"
    done = run(["sh", "-c", script], timeout=TIMEOUT_S)
    assert done.output.split("\0")[:-1] == texts


@pytest.mark.process
@few
@given(texts=some)
def test_rpm(texts: list[str]) -> None:
    lines = "".join(f"{rpm_spec.tag(text)}\n" for text in texts)
    done = run(["rpm", "--eval", lines], timeout=TIMEOUT_S)
    assert done.output.split("\n")[: len(texts)] == texts


@pytest.mark.process
@few
@given(texts=some)
def test_roff(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    page = tmp_path_factory.mktemp("man") / "page.1"
    body = "".join(f".PP\n{roff.text(text)}\n.PP\n.B {roff.text(text)}\n" for text in texts)
    page.write_text(f".TH X 1\n{body}", encoding="utf-8")
    done = run(
        ["groff", "-K", "utf8", "-Tutf8", "-man", "-ww", "-P-cbou", "-rLL=2000n", page],
        timeout=TIMEOUT_S,
    )
    found = [line.strip() for line in done.output.splitlines() if line.strip()][1:]
    wanted = [normalize("NFC", one) for text in texts for one in (text, text)]
    assert found[: 2 * len(texts)] == wanted  # groff composes characters: groff_char(7)


@pytest.mark.process
@few
@given(texts=some)
def test_unit(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("units")
    command = f"ExecStart=/bin/echo {systemd.argument(texts)}"
    description = texts[0]
    unit = f"[Unit]\nDescription={systemd.setting(description)}\n[Service]\n{command}\n"
    read = reading.unit("x.service", unit, folder)
    assert not read["complaints"]
    assert read["Description"] == [description]
    assert reading.arguments(read) == texts


@pytest.mark.process
@few
@given(texts=some)
def test_environment_file(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    lines = "".join(f"N{n}={systemd.environment(text)}\n" for n, text in enumerate(texts))
    read = reading.environment(lines, tmp_path_factory.mktemp("environment"))
    assert list(read.values()) == texts


@pytest.mark.process
@few
@given(texts=some)
def test_dotenv(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("compose")
    lines = "".join(f"N{n}={files.dotenv(text)}\n" for n, text in enumerate(texts))
    (folder / ".env").write_text(lines, encoding="utf-8")
    command = [f"${{N{n}}}" for n in range(len(texts))] + [yaml.COMPOSE.escape(texts)]
    listed = ", ".join(f'"{one}"' for one in command[:-1])
    text = (
        f"services:\n  a:\n    image: b\n    command: [{listed}]\n    entrypoint: {command[-1]}\n"
    )
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    argv = ["docker", "compose", f"--project-directory={folder}", "config", "--format=json"]
    service = json.loads(run(argv, timeout=TIMEOUT_S).output)["services"]["a"]
    assert [one.replace("$$", "$") for one in service["command"]] == texts
    assert [one.replace("$$", "$") for one in service["entrypoint"]] == texts


@pytest.mark.process
@few
@given(texts=some)
def test_kustomize(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("kustomize")
    lines = "".join(f"N{n}={files.kustomize(text)}\n" for n, text in enumerate(texts))
    (folder / "settings.env").write_text(lines, encoding="utf-8")
    generator = "configMapGenerator: [{name: x, envs: [settings.env]}]\n"
    (folder / "kustomization.yaml").write_text(generator, encoding="utf-8")
    done = run(["kubectl", "kustomize", folder], timeout=TIMEOUT_S)
    data = pyyaml.load(done.output, pyyaml.BaseLoader)["data"]  # a string may be a lone "="
    assert [data[f"N{n}"] for n in range(len(texts))] == texts


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
