"""What `django-admin startproject` leaves, by Django itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shipways.project import detection

pytestmark = pytest.mark.process


def test_all_that_is_needed_is_found(started: Path) -> None:
    found = detection.detect(started)
    assert found.value("name") == "mysite"
    assert found.value("version") == "0.1.0"
    assert found.value("manage") == "manage.py"
    assert found.value("settings") == "mysite.settings"
    assert found.value("wsgi") == "mysite.wsgi:application"
    assert found.value("asgi") == "mysite.asgi:application"
    assert re.fullmatch(r"django~=\d+\.\d+\.0", found.value("dependencies")[0])
    assert re.fullmatch(r">=3\.\d+", found.value("requires-python"))


def test_each_says_where_it_is_from_and_how_sure_it_is(started: Path) -> None:
    found = detection.detect(started)
    assert re.fullmatch(r"manage\.py:\d+", found["settings"].evidence)
    assert found["settings"].certainty == "stated"
    assert re.fullmatch(r"mysite/settings\.py:\d+", found["wsgi"].evidence)
    assert found["dependencies"].evidence == "mysite/settings.py:4"
    assert found["dependencies"].certainty == "assumed"
    assert found["name"].certainty == "assumed"
    assert not found["settings"].todo
