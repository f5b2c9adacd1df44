"""A hostile project through every template: each language's own parser finds every value whole.

`CHECKS` names the templates and who reads them; a template that nobody reads is a failing test.
"""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import crossplane
import kubernetes_validate
import pytest
import yaml
from debian.changelog import Changelog
from debian.copyright import Copyright
from debian.deb822 import Deb822
from markdown_it import MarkdownIt

from shipways.build import install_md
from shipways.formats import FORMATS
from shipways.formats.compose import service_images
from shipways.formats.docker import buildx
from shipways.machines import engine
from shipways.util import templates
from shipways.util.command import run
from shipways.util.escape import language_of
from tests.acceptance import hostile
from tests.acceptance import reading_systemd as systemd
from tests.acceptance.hostile import Rendered

TIMEOUT_S = 120
Check = Callable[[Rendered, Path], None]


@pytest.fixture(scope="module", params=[0, 3, 6])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    work = tmp_path_factory.mktemp("hostile")
    site = work / "site-packages"
    (site / "news").mkdir(parents=True)
    (site / "news/__init__.py").write_text("")
    shipped = hostile.write(work / "project", request.param, long=request.param == 6)
    return hostile.render(shipped, site, work)


def flat(text: str) -> str:
    return normalize("NFC", " ".join(text.split()))


def uncommented(text: str) -> str:
    """A file of settings in which each one is set."""
    return re.sub(r"(?m)^#(?=[A-Z_0-9]+=)", "", text)


def defaults(made: Rendered) -> dict[str, str]:
    return {setting.name: setting.default for setting in made.project.tool.environment}


# --- shell -------------------------------------------------------------------


def shell(name: str) -> Check:
    def check(made: Rendered, work: Path) -> None:
        for text in made.texts[name]:
            (work / "script").write_text(text, encoding="utf-8")
            run(["sh", "-n", work / "script"], timeout=TIMEOUT_S)

    return check


def smoke(made: Rendered, work: Path) -> None:
    shell("deb/debian/tests/smoke.j2")(made, work)
    lines = made.text("deb/debian/tests/smoke.j2").splitlines()
    serve = shlex.split(next(line for line in lines if line.startswith("env ")))
    assert serve[3:-1] == [made.project.command, *made.project.tool.serve]
    asked = shlex.split(next(line for line in lines if line.startswith("python3 - ")))
    assert asked[2] == f"http://127.0.0.1:$port{made.project.tool.health}"


def installer(made: Rendered, work: Path) -> None:
    shell("tarball/install.sh.j2")(made, work)
    lines = made.text("tarball/install.sh.j2").splitlines()
    said = shlex.split(next(line for line in lines if "Type: $command" in line))[2]
    assert tuple(shlex.split(said.partition("$command ")[2])) == made.project.tool.serve


# --- systemd -----------------------------------------------------------------


def service(made: Rendered, work: Path) -> None:
    (work / "units").mkdir()
    name = f"{made.project.name}.service"
    for text in made.texts["systemd/service.j2"]:
        read = systemd.unit(name, text, work / "units")
        assert not [one for one in read["complaints"] if "not executable" not in one]
        assert read["Description"] == [made.project.summary]
        assert read["Documentation"] == [f"man:{made.project.command}(1)", hostile.HOMEPAGE]
        assert tuple(systemd.arguments(read)) == made.project.tool.serve
        for key, loosened in made.project.tool.unit.items():
            assert text.count(f"\n{key}=") == len(loosened.values)
            assert f"\n# {key}: {loosened.why}\n{key}={loosened.values[0]}\n" in text


def process(made: Rendered, work: Path) -> None:
    (work / "units").mkdir()
    for text in made.texts["systemd/process.service.j2"]:
        read = systemd.unit(f"{made.project.name}-worker.service", text, work / "units")
        assert not [one for one in read["complaints"] if "not executable" not in one]
        assert tuple(systemd.arguments(read)) == made.project.tool.processes["worker"].command


def settings(made: Rendered, work: Path) -> None:
    text = made.text("systemd/settings.env.j2")
    read = systemd.environment(uncommented(text), work)
    assert read.items() >= defaults(made).items()
    for setting in made.project.tool.environment:
        assert f"# {setting.help}\n" in text


def users(made: Rendered, work: Path) -> None:
    users, folders = made.text("systemd/sysusers.conf.j2"), made.text("systemd/tmpfiles.conf.j2")
    name = made.project.name
    read = systemd.lines_of(users, folders, work)
    assert read[name][4:6] == [f"{name} service", made.project.state_dir]
    assert made.project.state_dir in read["made"]


# --- packages ----------------------------------------------------------------


def spec(made: Rendered, _work: Path) -> None:
    """By rpm itself, from the packages of both packagers."""
    for name in ("rpmbuild.rpm", "nfpm.rpm"):
        said = rpm_fields(made.work / name)
        assert said["packager"] == made.project.tool.maintainer
        assert said["url"] == made.project.homepage
        assert said["license"] == made.project.license
        assert said["summary"] and made.project.summary.startswith(said["summary"][1:], 1)
        assert said["changelogname"].startswith(made.project.tool.maintainer)
        about = flat(said["description"]).replace("\N{WORD JOINER}", "")
        assert flat(about_of(made)) in about


def rpm_fields(path: Path) -> dict[str, str]:
    names = ("packager", "url", "license", "summary", "changelogname", "description")
    fields = "".join(f"%{{{name}}}\\0" for name in names).replace("\\0", "\t@\n")
    done = run(["rpm", "-qp", f"--qf={fields}", path], timeout=TIMEOUT_S)
    return dict(zip(names, done.output.split("\t@\n"), strict=False))


def about_of(made: Rendered) -> str:
    """The first paragraph of the README as a description has it."""
    return made.text("rpm/description.j2").partition("\n\nThis package")[0]


def deb(made: Rendered, _work: Path) -> None:
    control = run(["dpkg-deb", "-f", made.work / "nfpm.deb"], timeout=TIMEOUT_S).output
    check_control(made, Deb822(control))
    assert Deb822(control)["Homepage"] == made.project.homepage


def check_control(made: Rendered, paragraph: Any) -> None:
    if "Maintainer" in paragraph:
        assert paragraph["Maintainer"] == made.project.tool.maintainer
    about = "\n".join(line.strip() for line in paragraph["Description"].splitlines())
    assert made.project.summary.startswith(about.splitlines()[0])
    assert flat(about_of(made)) in flat(about)


def source_package(made: Rendered, _work: Path) -> None:
    with (made.debian / "control").open(encoding="utf-8") as file:
        source, binary = Deb822.iter_paragraphs(file)
    assert source["Maintainer"] == made.project.tool.maintainer
    assert source["Homepage"] == made.project.homepage
    check_control(made, binary)
    with (made.debian / "copyright").open(encoding="utf-8") as file:
        header: Any = Copyright(file, strict=True).header
    assert header.upstream_contact == (made.project.tool.maintainer,)
    assert header.source == made.project.homepage


def stdeb(made: Rendered, _work: Path) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(made.text("deb/stdeb.cfg.j2"))
    read = [one.strip() for one in parser.get("DEFAULT", "Depends3").split(",")]
    assert read == list(made.project.tool.debian_depends)
    assert parser.get("DEFAULT", "Package3") == made.project.name


def changelog(name: str) -> Check:
    def check(made: Rendered, _work: Path) -> None:
        for text in made.texts[name]:
            assert Changelog(text, strict=True).author == made.project.tool.maintainer

    return check


def overrides(name: str) -> Check:
    def check(made: Rendered, _work: Path) -> None:
        lines = [line for line in made.text(name).splitlines() if not line.startswith("#")]
        assert all(re.fullmatch(r"hostile-app(-bundled)?: [a-z-]+ .+", line) for line in lines)

    return check


def rules(made: Rendered, work: Path) -> None:
    (work / "rules").write_text(made.text("deb/debian/rules.j2"), encoding="utf-8")
    argv: list[str | Path] = ["make", "-n", "-f", work / "rules", "execute_after_dh_fixperms"]
    lines = run(argv, timeout=TIMEOUT_S).output.splitlines()
    assert f"chmod 0755 debian/hostile-app/usr/lib/hostile-app/bin/{made.project.command}" in lines


def changes(made: Rendered, _work: Path) -> None:
    (entry,) = yaml.safe_load(made.text("rpm/changelog.yaml.j2"))
    assert entry["packager"] == made.project.tool.maintainer


# --- documents and programs --------------------------------------------------


def manual(made: Rendered, work: Path) -> None:
    (work / "page.1").write_text(made.text("man/command.1.j2"), encoding="utf-8")
    program: list[str | Path] = [
        "groff",
        "-K",
        "utf8",
        "-Tutf8",
        "-man",
        "-ww",
        "-P-cbou",
        "-rLL=9000n",
    ]
    shown = flat(run([*program, work / "page.1"], timeout=TIMEOUT_S).output)
    assert "warning" not in shown
    for setting in made.project.tool.environment:
        assert flat(f"{setting.name} {setting.help}") in shown
        assert flat(setting.default) in shown
    assert flat(f"{made.project.command} - {made.project.summary}") in shown
    assert flat(" ".join(made.project.tool.serve)) in shown


def launcher(made: Rendered, _work: Path) -> None:
    for text in made.texts["launcher/launcher.py.j2"]:
        tree = ast.parse(text)
        known = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, (ast.Constant, ast.Tuple))
        }
        assert known["COMMAND"] == made.project.command
        assert known["ENTRY_POINT"] == "hostile.cli:app.main"
        assert known["PYTHONS"] == (((3, 10), None),)


def markdown(name: str, wanted: Callable[[Rendered], list[str]]) -> Check:
    def check(made: Rendered, _work: Path) -> None:
        shown = seen(made.text(name))
        for text in wanted(made):
            assert flat(text) in shown

    return check


def seen(text: str) -> str:
    """What a reader sees of Markdown; no HTML is among it."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    assert not [one for one in every if one.type.startswith("html") and one.content != "<br>"]
    return flat(" ".join(one.content for one in every if one.type != "inline"))


def described(made: Rendered, _work: Path) -> None:
    """Plain text, which `deb` and `spec` find in the packages."""
    for name in ("deb-bundled", "deb", "rpm"):
        assert "%files" in made.text(f"{name}/description.j2")


# --- the stack ---------------------------------------------------------------


@pytest.fixture(scope="module")
def stack(made: Rendered) -> Path:
    """The stack's folder as its user has it, with all settings set and its secrets made."""
    folder = made.work / "stack"
    for name, text in made.stack.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".env").write_text(uncommented(made.stack[".env.example"]), encoding="utf-8")
    base = folder / "kubernetes/base/settings.env"
    base.write_text(uncommented(base.read_text(encoding="utf-8")), encoding="utf-8")
    run(["sh", folder / "make-secrets.sh"], timeout=TIMEOUT_S)
    return folder


def as_config(text: str) -> str:
    return text.replace("$$", "$")


def test_compose_reads_the_stack(made: Rendered, stack: Path) -> None:
    argv = ["docker", "compose", f"--project-directory={stack}", "config", "--format=json"]
    read = json.loads(run(argv, timeout=TIMEOUT_S).output)
    services = read["services"]
    assert read["name"] == made.project.name
    migrate = tuple(map(as_config, services["migrate"]["command"]))
    assert migrate == made.project.tool.migrate
    given = services["web"]["environment"]
    for name in ("HOSTILE_A", "HOSTILE_B", "HOSTILE_C", "NO"):
        assert as_config(given[name]) == defaults(made)[name]
    path = made.project.tool.static_url.rstrip("/")
    assert as_config(given["HOSTILE_STATIC_ROOT"]) == f"/srv{path}"
    assert services["web"]["image"] == hostile.IMAGES.web
    assert services["web"]["cap_add"] == ["NET_BIND_SERVICE"]
    assert services["web"]["security_opt"] == ["seccomp=unconfined"]
    assert not services["web"].get("read_only")
    assert "cap_add" not in services["db"] and services["db"]["read_only"]


def test_swarm_reads_the_stack(made: Rendered, stack: Path) -> None:
    env = {"LC_ALL": "C.UTF-8"}
    argv = ["docker", "stack", "config", f"--compose-file={stack / 'swarm.yaml'}"]
    read = yaml.safe_load(run(argv, timeout=TIMEOUT_S, env=env).output)
    assert read["services"]["web"]["image"] == hostile.IMAGES.web
    assert read["services"]["web"]["cap_add"] == ["NET_BIND_SERVICE"]
    assert "HOSTILE_A" in made.stack["swarm.yaml"]


def test_kubernetes_reads_the_manifests(made: Rendered, stack: Path) -> None:
    done = run(["kubectl", "kustomize", stack / "kubernetes/trial"], timeout=TIMEOUT_S)
    documents = list(yaml.load_all(done.output, yaml.CSafeLoader))
    for document in documents:
        kubernetes_validate.validate(document, "1.31", strict=True)
    kinds = {f"{one['kind']} {one['metadata']['name']}": one for one in documents}
    settings = next(one for name, one in kinds.items() if name.startswith("ConfigMap"))["data"]
    for name in ("HOSTILE_A", "HOSTILE_B", "HOSTILE_C", "NO"):
        assert settings[name] == defaults(made)[name]
    job = next(one for name, one in kinds.items() if name.startswith("Job"))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert tuple(as_config(one) for one in container["args"]) == made.project.tool.migrate
    pod = kinds["Deployment hostile-app"]["spec"]["template"]["spec"]["containers"][0]
    assert pod["startupProbe"]["httpGet"]["path"] == made.project.tool.health


def test_override_names_paths(made: Rendered) -> None:
    read = yaml.safe_load(made.text("compose/compose.override.yaml.j2"))
    contexts = read["services"]["web"]["build"]["additional_contexts"]
    assert contexts["wheel"] == str(made.work / "dist/build/wheel")


def nginx(made: Rendered, work: Path) -> None:
    for text in made.texts["compose/proxy/nginx.conf.j2"]:
        path = work / "nginx.conf"
        path.write_text(re.sub(r"include .*;", "", text), encoding="utf-8")
        read = crossplane.parse(str(path))
        assert read["status"] == "ok", read["errors"]
        served = [
            one["args"] for one in blocks(read["config"][0]["parsed"], "location") if one["args"]
        ]
        shared = "root /srv" in text
        assert ([made.project.tool.static_url] in served) == shared


def test_nginx_takes_its_configuration(made: Rendered, stack: Path) -> None:
    image = service_images.ensure(service_images.PROXY, "auto").ref
    for name in ("nginx.conf", "swarm.conf"):
        check = ["nginx", "-t", "-c", f"/etc/proxy/{name}"]
        said = engine.client().containers.run(
            image,
            entrypoint=check,
            remove=True,
            stderr=True,
            volumes={str(stack / "proxy"): {"bind": "/etc/proxy", "mode": "ro"}},
        )
        assert b"test is successful" in said


def test_an_image_has_its_labels(made: Rendered, tmp_path: Path) -> None:
    labels = buildx.labels(made.project, "")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    identity = tmp_path / "id"
    options = [f"--label={name}={value}" for name, value in labels.items()]
    run(
        [*engine.build_command(), f"--iidfile={identity}", *options, tmp_path],
        timeout=TIMEOUT_S,
    )
    image = engine.client().images.get(identity.read_text())
    try:
        assert image.labels.items() >= labels.items()
        assert labels["org.opencontainers.image.description"] == made.project.summary
    finally:
        engine.client().images.remove(str(image.id))


def blocks(parsed: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    for one in parsed:
        if one["directive"] == name:
            yield one
        yield from blocks(one.get("block", []), name)


def stacked(name: str) -> Check:
    """Read by the tests of the whole stack above."""

    def check(made: Rendered, _work: Path) -> None:
        assert made.text(name)

    return check


# --- all of them -------------------------------------------------------------

SCRIPTS = (
    *(f"deb-bundled/{name}.j2" for name in ("postinst", "postrm", "preinst", "prerm")),
    *(f"rpm/{name}.j2" for name in ("pre", "post", "preun", "postun")),
    *(f"deb/debian/PACKAGE.{name}.j2" for name in ("postinst", "postrm", "preinst")),
    "compose/make-secrets.sh.j2",
    "compose/upgrade.sh.j2",
)
STACKED = (
    "compose/compose.yaml.j2",
    "compose/compose.override.yaml.j2",
    "compose/env.example.j2",
    "compose/swarm.yaml.j2",
    *(f"kubernetes/base/{name}.yaml.j2" for name in ("deployment", "disruption", "ingress")),
    *(f"kubernetes/base/{name}.yaml.j2" for name in ("kustomization", "migrate", "service")),
    *(f"kubernetes/trial/{name}.yaml.j2" for name in ("database", "kustomization", "namespace")),
    "kubernetes/base/settings.env.j2",
)
INCLUDED = {  # in others, with which they are read
    "deb-scripts/purge.sh.j2",
    "kubernetes/base/pod.yaml.j2",
    "deb-scripts/after.sh.j2",
    "deb-scripts/before.sh.j2",
    "rpm/changelog.spec.j2",
    *(f"scripts/{name}.sh.j2" for name in ("failed", "made", "note", "port", "purge", "say")),
    "scripts/refuse.sh.j2",
    "systemd/confined.j2",
}
CHECKS: dict[str, Check] = {
    **{name: shell(name) for name in SCRIPTS},
    **{name: stacked(name) for name in STACKED},
    "compose/INSTALL.md.j2": markdown(
        "compose/INSTALL.md.j2",
        lambda made: [f"docker compose exec web {made.project.command} createsuperuser"],
    ),
    "compose/proxy/nginx.conf.j2": nginx,
    "deb/debian/PACKAGE.lintian-overrides.j2": overrides("deb/debian/PACKAGE.lintian-overrides.j2"),
    "deb/debian/changelog.j2": changelog("deb/debian/changelog.j2"),
    "deb/debian/rules.j2": rules,
    "deb/debian/tests/smoke.j2": smoke,
    "deb/description.j2": source_package,
    "deb/stdeb.cfg.j2": stdeb,
    "deb-bundled/changelog.j2": changelog("deb-bundled/changelog.j2"),
    "deb-bundled/description.j2": deb,
    "deb-bundled/lintian-overrides.j2": overrides("deb-bundled/lintian-overrides.j2"),
    "eject/README.md.j2": markdown(
        "eject/README.md.j2",
        lambda made: [
            made.project.name,
            f"python3 -m pip wheel --no-deps --wheel-dir wheel {shlex.quote('../a b/$(x)')}",
        ],
    ),
    "kubernetes/README.md.j2": markdown(
        "kubernetes/README.md.j2", lambda made: [f"-- {made.project.command} createsuperuser"]
    ),
    "launcher/launcher.py.j2": launcher,
    "man/command.1.j2": manual,
    "nfpm/nfpm.yaml.j2": deb,
    "rpm/changelog.yaml.j2": changes,
    "rpm/description.j2": described,
    "rpm/package.spec.j2": spec,
    "systemd/service.j2": service,
    "systemd/process.service.j2": process,
    "systemd/settings.env.j2": settings,
    "systemd/sysusers.conf.j2": users,
    "systemd/tmpfiles.conf.j2": users,
    "tarball/INSTALL.md.j2": markdown(
        "tarball/INSTALL.md.j2",
        lambda made: [made.project.summary, shlex.join(["./run", *made.project.tool.serve])],
    ),
    "tarball/install.sh.j2": installer,
}
TEMPLATES = {path.relative_to(templates.ROOT).as_posix() for path in templates.ROOT.rglob("*.j2")}


@pytest.mark.parametrize("template", sorted(CHECKS))
def test_every_value_arrives_whole(template: str, made: Rendered, tmp_path: Path) -> None:
    CHECKS[template](made, tmp_path)


def test_no_template_is_forgotten() -> None:
    assert set(CHECKS) | INCLUDED == TEMPLATES
    assert all(language_of(name) for name in TEMPLATES)


def test_nothing_was_executed(made: Rendered, stack: Path) -> None:
    assert (stack / "secrets").is_dir()
    assert not [*made.work.rglob("PWNED"), *Path.cwd().glob("PWNED")]


def test_instructions_show_the_commands(made: Rendered) -> None:
    for text in (
        install_md.document(made.project, FORMATS.values()),
        install_md.table(made.project, FORMATS.values()),
    ):
        shown = seen(text)
        steps = [step for each in FORMATS.values() for step in each.printed(made.project)]
        for step in steps:
            if step.phase in ("prerequisite", "install", "start"):
                assert flat(step.command) in shown
                assert shlex.split(step.command)
