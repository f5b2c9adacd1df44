"""Whatever a value says, the program that reads the language gives it back."""

from __future__ import annotations

import json
from unicodedata import normalize

import pytest
import yaml as pyyaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shipways.util.command import run
from shipways.util.escape import files, roff, rpm_spec, shell, systemd, yaml
from tests.acceptance import reading_systemd as reading
from tests.util.escape.texts import LINE, ODD

TIMEOUT_S = 60
some = st.lists(LINE, min_size=40, max_size=40).map(lambda drawn: [*ODD, *drawn])
few = settings(  # each example starts a process, so the first that fails will do
    deadline=None, derandomize=True, max_examples=2, phases=(Phase.explicit, Phase.generate)
)


@few
@given(texts=some)
def test_shell(texts: list[str]) -> None:
    script = f"printf '%s\\0' {shell.word(texts)}\n"
    done = run(["sh", "-c", script], timeout=TIMEOUT_S)
    assert done.output.split("\0")[:-1] == texts


@few
@given(texts=some)
def test_rpm(texts: list[str]) -> None:
    lines = "".join(f"{rpm_spec.tag(text)}\n" for text in texts)
    done = run(["rpm", "--eval", lines], timeout=TIMEOUT_S)
    assert done.output.split("\n")[: len(texts)] == texts


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


@few
@given(texts=some)
def test_environment_file(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    lines = "".join(f"N{n}={systemd.environment(text)}\n" for n, text in enumerate(texts))
    read = reading.environment(lines, tmp_path_factory.mktemp("environment"))
    assert list(read.values()) == texts


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
