"""The house's rules: who may import whom, who may start processes, what nobody may know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# A module imports only from those before it in this list.
ORDER = (
    "build", "cli", "errors", "inputs", "machines", "project", "util", "verify", "cli.parser",
    "formats.compose", "formats.deb", "formats.docker", "formats.rpm", "formats.step",
    "formats.deb.ar", "formats.deb.control", "formats.docker.image_scan", "formats.rpm.archive",
    "project.links", "project.python_versions", "project.source_date", "project.versions",
    "project.values", "project.names", "report.charts", "report.charts.labels",
    "report.charts.svg", "util.cause", "util.extraction", "util.measure", "util.messages",
    "util.os_errors", "util.places", "util.cache", "util.progress", "util.reproducible_tar",
    "util.runs", "util.command", "util.stage", "util.text", "util.trust", "util.escape.common",
    "util.escape.files", "util.escape.markdown", "util.escape.nginx", "util.escape.roff",
    "util.escape.rpm_spec", "util.escape.shell", "util.escape.systemd", "util.escape.yaml",
    "util.escape", "util.templates", "results", "results_schema", "claims.verdict",
    "formats.linters", "formats.docker.oci_layout", "formats.docker.rootfs_filter",
    "formats.packagers.xz", "inputs.wheel_file", "inputs.wheel_install",
    "inputs.wheel_metadata", "machines.engine_refusal", "machines.host_network",
    "machines.podman", "machines.engine", "machines.execution", "machines.image_names",
    "machines.network", "machines.reaper", "machines.systemd_boot", "machines.image_layers",
    "machines.fedora_stub", "machines.distributions", "machines.image_cache",
    "machines.machine", "build.host", "project.checkout", "project.pyproject", "project.model",
    "project.lockfile", "project.source_tree", "build.dist", "formats.dep5_copyright",
    "formats.several", "formats.environment", "formats.compose.stack_files",
    "formats.compose.kubernetes", "formats.docker.first_response",
    "formats.docker.minimal_base", "formats.compose.service_images",
    "formats.compose.images_archive", "inputs.closure", "inputs.sbom", "inputs.wheelhouse",
    "inputs.stages", "inputs.sizes", "formats.base", "formats.host_tools", "formats.git",
    "formats.installed_files", "formats.listing", "formats.wheel", "formats.deb.native_source",
    "formats.deb.native", "formats.docker.image_packages", "formats.docker.image_sbom",
    "formats.docker.buildx", "formats.docker.image_archive", "formats.docker.compare_bases",
    "formats.docker.platforms", "formats.docker.format", "formats.compose.dist_folder",
    "formats.compose.format", "formats.packagers.package", "formats.packagers.fpm",
    "formats.packagers.nfpm", "formats.packagers.rpmbuild", "formats.packagers",
    "formats.tarball", "formats.deb.bundled_metadata", "formats.deb.bundled",
    "formats.rpm.metadata", "formats.rpm.format", "formats", "build.install_md",
    "build.inventory", "build.timed_build", "build.pipeline", "cli.doctor", "cli.resolve",
    "report.figure", "report.column_readers", "report.columns", "report.i18n", "report.catalog",
    "report.overview", "report.diff", "report.budget", "report.findings", "report.systems",
    "report.value_text", "report.cells", "report.findings_text", "report.image_bases",
    "report.provenance", "report.targets", "report.charts.chart", "report.charts.stacked",
    "report.charts.bars", "verify.agents", "verify.delivery", "verify.file_snapshot",
    "verify.footprint", "verify.git_server", "verify.later_versions", "verify.package_manager",
    "verify.phases", "verify.step_runner", "verify.targets", "verify.agents.confinement_probe",
    "verify.agents.http_client", "verify.agents.tcp_forward", "verify.http_client",
    "verify.assertions", "verify.service.base", "verify.service.compose",
    "verify.service.container", "verify.service.foreground", "verify.service.systemd",
    "verify.service", "verify.context", "verify.metrics", "verify.phases.hardening",
    "verify.phases.remove", "verify.phases.serve", "verify.phases.upgrade", "verify.scenario",
    "verify.repeat_install", "verify.runner", "verify.try_out", "claims.data_transfer",
    "claims.server", "claims.base", "claims.fill_server", "claims.density",
    "claims.from_results", "claims.commands", "claims.delivery", "claims.isolation",
    "claims.move_server", "claims.moving", "claims", "claims.runner", "report.claims",
    "report.markdown", "report.diff_text", "report.requirements", "report.chooser",
    "report.html_view", "report.html", "report.terminal", "report", "api", "cli.commands",
    "__main__",
)  # fmt: skip


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


def test_packaging_is_data() -> None:
    assert not list((ROOT / "packaging").rglob("__init__.py"))
