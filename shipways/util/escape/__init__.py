"""One escaper for each language that values go into: the only way into a template.

A value is data; a template is code of some language. Here is how data becomes text of that language
which means the data and nothing else, and which template is in which language. Every module names
the specification of its language.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from shipways.util.escape import files, markdown, nginx, roff, rpm_spec, shell, systemd, yaml
from shipways.util.escape.common import Fragment, Language

__all__ = ["LANGUAGES", "Fragment", "Language", "language_of"]

LANGUAGES: tuple[
    tuple[str, Language], ...
] = (  # the first pattern that a template's name matches counts
    ("compose/*.yaml.j2", yaml.COMPOSE),
    ("nfpm/nfpm.yaml.j2", yaml.NFPM),
    ("*.yaml.j2", yaml.YAML),
    ("*.sh.j2", shell.SHELL),
    *(
        (f"deb-bundled/{name}.j2", shell.SHELL)
        for name in ("preinst", "postinst", "prerm", "postrm")
    ),
    *((f"deb/debian/PACKAGE.{name}.j2", shell.SHELL) for name in ("preinst", "postinst", "postrm")),
    *((f"rpm/{name}.j2", shell.SHELL) for name in ("pre", "post", "preun", "postun")),
    ("deb/debian/tests/smoke.j2", shell.SHELL),
    ("systemd/service.j2", systemd.UNIT),
    ("systemd/process.service.j2", systemd.UNIT),
    ("systemd/confined.j2", systemd.UNIT),
    ("systemd/settings.env.j2", systemd.ENVIRONMENT),
    ("systemd/*.conf.j2", systemd.LINES),
    ("compose/env.example.j2", files.DOTENV),
    ("kubernetes/*.env.j2", files.KUSTOMIZE),
    ("*.md.j2", markdown.MARKDOWN),
    ("*/nginx.conf.j2", nginx.NGINX),
    ("man/*.1.j2", roff.ROFF),
    ("*.spec.j2", rpm_spec.SPEC),
    ("*.py.j2", files.PYTHON),
    ("*.cfg.j2", files.STDEB),
    ("*/rules.j2", files.MAKE),
    ("*/changelog.j2", files.CHANGELOG),
    ("*lintian-overrides.j2", files.OVERRIDES),
    ("*/description.j2", files.TEXT),
)


def language_of(name: str) -> Language:
    """The language of a template, by its name. Raises `LookupError` where none is known."""
    for pattern, language in LANGUAGES:
        if fnmatchcase(name, pattern):
            return language
    raise LookupError(f"{name} is in no known language; LANGUAGES of shipways.escape has them")
