"""The house's rules: who may import whom, who may start processes, what nobody may know."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Packages in the order in which they may import, each only from those above it; and so the modules
# of each. A dot is the package itself.
HOUSE = {
    "errors": ".",
    "util": """
        . cause extraction measure messages os_errors places cache progress reproducible_tar
        runs command isolation stage text trust escape.common escape.files escape.markdown
        escape.nginx escape.roff escape.rpm_spec escape.shell escape.systemd escape.yaml escape
        templates runtime
    """,
    "results": ".",
    "results_schema": ".",
    "project": """
        . checkout links pyproject python_versions source_date source_tree versions values names
        hardening model pin unmet lockfile locks.base locks.conditions locks.graph
        locks.project_table locks.poetry_table locks.project_requirements locks.pylock
        locks.uv_lock locks.poetry_lock locks.pdm_lock locks.pipfile_lock
        locks.requirements_file locks.plain_requirements locks.hashed_requirements
        locks.metadata locks.fit locks.text locks.uv locks detection.facts detection.tree
        detection.syntax detection.modules detection.version_source detection.python_metadata
        detection.setup_files detection.manage_py detection.wsgi_asgi detection.named_settings
        detection.settings_module detection.requirements_files detection.git_tag
        detection.django_version detection.folder_name detection.settings_values
        detection.settings_facts detection.procfile detection.python_path detection.services
        detection.workers detection.environment_reads detection.environment
        detection.build_steps detection.run_commands detection.sources detection overlaid
        detection.render detection.probe_child detection.probe application configuration locking
        variables understood runtime_settings payload delivered loader
    """,
    "machines": """
        . engine_refusal host_network podman engine execution image_names network reaper
        systemd_boot image_layers fedora_stub distributions image_cache machine
    """,
    "inputs": """
        . wheel_file closure sbom wheel_install wheel_metadata wheelhouse proof_child proof
        stages sizes
    """,
    "formats": """
        compose deb dep5_copyright docker installed_files linters rpm recipe several step base
        environment host_tools git compose.stack_files compose.kubernetes deb.ar deb.control
        deb.native_source listing wheel deb.native docker.first_response docker.image_packages
        docker.image_sbom docker.buildx docker.image_scan docker.oci_layout docker.rootfs_filter
        docker.minimal_base docker.image_archive docker.compare_bases docker.platforms
        docker.format compose.dist_folder compose.service_images compose.images_archive
        compose.format packagers.package packagers.fpm packagers.nfpm packagers.rpmbuild
        packagers.xz packagers tarball deb.bundled_metadata deb.bundled rpm.archive rpm.metadata
        rpm.format .
    """,
    "build": ". dist timed_build eject host install_md inventory pipeline",
    "verify": """
        . agents delivery file_snapshot footprint git_server later_versions package_manager
        phases step_runner targets agents.confinement_probe agents.http_client
        agents.tcp_forward http_client assertions service.base service.compose service.container
        service.foreground service.systemd service marks context metrics phases.hardening
        phases.remove phases.serve phases.upgrade scenario repeat_install runner try_out
    """,
    "claims": """
        data_transfer server verdict base fill_server density from_results commands delivery
        isolation move_server moving . runner
    """,
    "report": """
        charts figure columns.base columns.reading columns.build columns.install
        columns.lifecycle columns.service columns.size columns i18n overview diff budget
        findings value_text requirements claims findings_text image_bases provenance markdown
        diff_text targets terminal charts.chart charts.labels charts.svg charts.stacked
        charts.bars html_view html .
    """,
    "api": ".",
    "cli": ". doctor init parser resolve commands",
    "__main__": ".",
}
ORDER = [
    package if module == "." else f"{package}.{module}"
    for package, modules in HOUSE.items()
    for module in modules.split()
]


def dotted(path: Path) -> str:
    """A module's name below the toolkit's: "report.html"; that of a package is its folder's."""
    parts = path.relative_to(ROOT / "shipways").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path): path for path in sorted((ROOT / "shipways").rglob("*.py"))}
del MODULES[""]


def imported(path: Path) -> set[str]:
    """Names of the toolkit's own modules that a file imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("shipways"):
            continue
        package = (node.module or "").removeprefix("shipways").removeprefix(".")
        for alias in node.names:
            within = f"{package}.{alias.name}".removeprefix(".")
            found.add(within if within in MODULES else package)
    return found - {""}


def test_every_module_has_its_place() -> None:
    assert set(ORDER) == set(MODULES)
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_one_way(name: str) -> None:
    later = {other for other in imported(MODULES[name]) if ORDER.index(other) > ORDER.index(name)}
    assert not later


def test_one_module_starts_processes() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in MODULES.values()
        if "subprocess" in path.read_text(encoding="utf-8")
    }
    assert users == {"shipways/util/command.py"}


def test_nothing_knows_the_sample() -> None:
    told = [
        str(path.relative_to(ROOT))
        for folder in ("shipways", "packaging")
        for path in (ROOT / folder).rglob("*")
        if path.suffix not in (".pyc", ".mo") and path.is_file()
        if "demoapp" in path.read_text(encoding="utf-8").lower()
    ]
    assert not told


def test_packaging_shadows_no_library() -> None:
    """With an __init__.py the folder would stand before PyPI's `packaging`."""
    assert not list((ROOT / "packaging").rglob("__init__.py"))


PROGRAMS = [
    ROOT / "noxfile.py",
    ROOT / "hatch_build.py",
    *(
        path
        for folder in ("bench", "docs", "tests")
        for path in sorted(ROOT.glob(f"{folder}/**/*.py"))
    ),
]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_imported_from_the_toolkit_is_there(path: Path) -> None:
    """mypy cannot tell: the package makes its names when they are asked for."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "shipways":
            module = importlib.import_module(str(node.module))
            for name in node.names:
                assert hasattr(module, name.name) or is_module(f"{node.module}.{name.name}")


def is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
