"""Whether a finished file holds what the lock names: it is opened, and both are compared."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

from shipways.errors import BuildError
from shipways.formats import Format, Job, Product
from shipways.inputs import wheel_file
from shipways.inputs.closure import differences
from shipways.inputs.stages import Inputs
from shipways.inputs.wheelhouse import distributions
from shipways.util.progress import step


def check(wanted: Format, job: Job, product: Product) -> None:
    """Raises `BuildError` where a file has another set of distributions than it should have."""
    if wanted.holds is None:
        return
    expected = asked_for(job.inputs, wanted.uses)
    with step(f"{wanted.id}: what it holds"):
        for path in product.paths:
            found = wanted.holds(job.project, path)
            wrong = [] if found is None else differences(expected.items(), found)
            if wrong:
                raise BuildError(
                    f"{path.name} does not hold what the lock names: {'; '.join(wrong)}. "
                    "dist/ keeps what it had.",
                    hint="Build again; if it stays, what packs it leaves files out.",
                )


def asked_for(inputs: Inputs, uses: Sequence[str]) -> dict[str, Version]:
    """The app, and where its dependencies come with it what the lock names of them."""
    own = wheel_file.read(inputs.wheel)
    held: dict[str, Version] = {}
    if "bundle" in uses:
        held = distributions(inputs.house)
    elif "image_wheelhouse" in uses:
        held = distributions(inputs.image_house)
    return {own.name: own.version, **held}
