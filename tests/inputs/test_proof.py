"""A bundle is started once: what cannot start is told by the last line of its story."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import pytest

from shipways.errors import BuildError
from shipways.inputs import proof
from shipways.project import delivered
from shipways.project.configuration import find
from shipways.project.loader import application
from shipways.project.locking import Resolved
from shipways.project.python_versions import HERE
from tests.project.sites import SITE, write

pytestmark = pytest.mark.process
LIBRARIES = ("asgiref", "django", "sqlparse", "whitenoise", "typing_extensions")
SETTINGS = """\
SECRET_KEY = "django-insecure-x"
DEBUG = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.staticfiles"]
MIDDLEWARE = []
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
STATIC_URL = "assets/"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
"""
URLS = """\
from django.http import HttpResponse
from django.urls import path


def page(request):
    %s
    return HttpResponse("here")


urlpatterns = [path("", page)]
"""
FILES = {
    **SITE,
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": URLS % "pass",
    "mysite/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
    "application = get_wsgi_application()\n",
}


def prove(tmp_path: Path, changed: Mapping[str, str]) -> Path:
    """Start a site with these files once; returns its folder of logs."""
    root = write(tmp_path / "mysite", {**FILES, **changed})
    made, site = tmp_path / "made", tmp_path / "site"
    app = application(root, find(root))
    delivered.write(app, root, made, Resolved(("django",), ""))
    site.mkdir()
    (made / "shipways_mysite").rename(site / "shipways_mysite")
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None
        origin = Path(spec.origin)
        where = origin.parent if origin.name == "__init__.py" else origin
        (site / where.name).symlink_to(where)
    proof.prove(site, "shipways_mysite", f"=={HERE}.*", tmp_path)
    return tmp_path


def test_what_starts(tmp_path: Path) -> None:
    prove(tmp_path, {})
    assert "System check identified no issues" in (tmp_path / "proof.log").read_text()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mysite/settings.py": "import nowhere\n" + SETTINGS},
         r"for its settings: ModuleNotFoundError: No module named 'nowhere' "
         r"\(mysite/settings\.py, line 1\)"),
        ({"mysite/wsgi.py": "import nowhere\n"}, r"for its WSGI application: ModuleNotFoundError"),
        ({"mysite/urls.py": "import nowhere\n"}, r"No module named 'nowhere' \(mysite/urls\.py"),
        ({"mysite/settings.py": SETTINGS + 'INSTALLED_APPS += ["nothing"]\n'},
         "for its apps: ModuleNotFoundError: No module named 'nothing'"),
        ({"mysite/urls.py": URLS % "raise ValueError('no')"},
         r"for its page /: ValueError: no \(mysite/urls\.py, line 6\)"),
        ({"mysite/settings.py": SETTINGS + 'SECURE_REFERRER_POLICY = "no"\nCACHES = {}\n'},
         "for its "),
        ({"mysite/urls.py": URLS % "open(__file__ + '.new', 'w').close()"},
         r"writes into its own tree.*mysite/urls\.py\.new"),
        ({"mysite/urls.py": "import os\nos._exit(3)\n"}, "ends the process that starts it"),
    ],
    ids=["settings", "wsgi", "urls", "apps", "page", "checks", "writes", "ends"],
)  # fmt: skip
def test_what_does_not(changed: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=said) as caught:
        prove(tmp_path, changed)
    assert caught.value.log == tmp_path / "proof.log"


def test_a_service_that_is_nowhere_in_a_build_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prove(tmp_path, {"mysite/urls.py": URLS % "raise ConnectionRefusedError('redis')"})
    assert "/ answers 500: ConnectionRefusedError" in capsys.readouterr().err


def test_what_is_required_has_a_placeholder(tmp_path: Path) -> None:
    asks = 'import os\nTOKEN = os.environ["API_TOKEN"]\nKEY = os.environ["SECRET_KEY"]\n'
    prove(tmp_path, {"mysite/settings.py": asks + SETTINGS})


def test_another_python_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof.prove(tmp_path, "shipways_mysite", ">=3.6,<3.7", tmp_path)
    assert "not started here: the bundle is for Python" in capsys.readouterr().err
