"""Environment variables: who reads them, with which default, and which are required."""

from __future__ import annotations

import ast

import pytest

from shipways.project.detection import environment_reads
from tests.project.detection.conftest import Detect
from tests.project.detection.test_settings import manage

ENV = "import environ\nenv = environ.Env(DEBUG=(bool, False), X=(int, 3))\n"
ENVIRONS = "from environs import Env\nenv = Env()\n"
DECOUPLE = "from decouple import config, Csv\n"
PYDANTIC = (
    "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n"
)


@pytest.mark.parametrize(
    ("code", "name", "default", "required"),
    [
        ("import os\nA = os.environ['A_KEY']", "A_KEY", None, True),
        ("from os import environ\nA = environ['A_KEY']", "A_KEY", None, True),
        ("A = os.environ.get('A', 'x')", "A", "x", False),
        ("A = int(os.getenv('A', 5))", "A", 5, False),
        ("A = os.getenv('A')", "A", None, False),
        ("if x:\n    A = os.environ['A']", "A", None, False),
        ("A = os.environ['A'] if x else 1", "A", None, False),
        ("try:\n    A = os.environ['A']\nexcept KeyError:\n    pass", "A", None, False),
        ("def f():\n    return os.environ['A']", "A", None, False),
        (ENV + "A = env('A')", "A", None, True),
        (ENV + "A = env('A', default='x')", "A", "x", False),
        (ENV + "A = env('A', bool, True)", "A", True, False),
        (ENV + "A = env.bool('A', False)", "A", False, False),
        (ENV + "A = env('X')", "X", 3, False),
        (ENV + "A = env.db()", "DATABASE_URL", None, True),
        (ENV + "A = env.db('DB', default='sqlite:///x')", "DB", "sqlite:///x", False),
        (ENV + "A = env.cache_url('CACHE')", "CACHE", None, True),
        (ENVIRONS + "A = env.int('A', 5)", "A", 5, False),
        (ENVIRONS + "A = env.dj_db_url('DATABASE_URL')", "DATABASE_URL", None, True),
        (ENVIRONS + "with env.prefixed('N_'):\n    A = env('A')", "N_A", None, True),
        (DECOUPLE + "A = config('A')", "A", None, True),
        (DECOUPLE + "A = config('A', default=True, cast=bool)", "A", True, False),
        ("import dj_database_url\nA = dj_database_url.config(default='sqlite:///x')",
         "DATABASE_URL", "sqlite:///x", False),
        (PYDANTIC + "    key: str", "KEY", None, True),
        (PYDANTIC + "    key: str = 'x'", "KEY", "x", False),
        (PYDANTIC + "    key: str = Field(...)", "KEY", None, True),
        (PYDANTIC + "    key: str = Field('x', alias='OTHER')", "OTHER", "x", False),
        (PYDANTIC + "    key: list = Field(default_factory=list)", "KEY", None, False),
        (PYDANTIC + "    model_config = SettingsConfigDict(env_prefix='n_')\n    key: str",
         "N_KEY", None, True),
        (PYDANTIC + "    key: str\n    class Config:\n        env_prefix = 'N_'", "N_KEY",
         None, True),
        ("def get(name, default=None):\n    return os.getenv(name, default)\nA = get('A', 'x')",
         "A", "x", False),
        ("def get(name):\n    try:\n        return os.environ[name]\n    except KeyError:\n"
         "        raise Wrong(name)\nA = get('A')", "A", None, True),
        ("def get(name):\n    try:\n        return os.environ[name]\n    except KeyError:\n"
         "        return 1\nA = get('A')", "A", None, False),
        ("def low(name):\n    return os.getenv('N_' + name)\ndef get(key):\n    return low(key)\n"
         "A = low('A')", "N_A", None, False),
        ("def low(n):\n    return os.getenv(f'N_{n}')\nA = low('A')", "N_A", None, False),
        ("def get(env_var=None, key=None, default_value=None):\n    return os.getenv(env_var)\n"
         "A = get('A', 'a.b', 'x')", "A", "x", False),
        ("def low(n):\n    return os.getenv(n)\ndef get(kind, key):\n    return low(key)\n"
         "A = get(int, 'A')", "A", None, False),
    ],
)  # fmt: skip
def test_read(code: str, name: str, default: object, required: bool) -> None:
    tree = ast.parse(code)
    known = environment_reads.known([tree])
    found = [one for one in environment_reads.reads(tree, known) if one.name == name]
    assert [(one.default, one.is_required) for one in found] == [(default, required)]


def test_nothing_is_read_where_nothing_is_named() -> None:
    tree = ast.parse("env.read_env('X')\nos.environ['Y'] = 1\nos.environ[z]\nconfig('Z')\nget('Q')")
    assert list(environment_reads.reads(tree, environment_reads.known([tree]))) == []


def test_rows(detect: Detect) -> None:
    found = detect(
        {
            "manage.py": manage("a.settings"),
            "a/settings.py": "import os\nfrom .conf import MAIL\n"
            "SECRET_KEY = os.environ['SITE_SECRET_KEY']\nA = os.getenv('LEVEL', 3)\n"
            "B = os.environ.get('TOKEN')\nC = os.environ['TOKEN']\nH = os.environ['HOME']\n",
            "a/conf.py": "import os\nMAIL = os.environ['MAIL_HOST']\n",
            ".env.example": "# Where mail goes.\nMAIL_HOST=mail.example.org\n\n#OFF=1\n"
            "export ONLY_HERE=x\nPATH=/bin\n",
        }
    ).below("environment")
    assert found["SITE_SECRET_KEY"].value == {"name": "SITE_SECRET_KEY", "secret": True}
    assert found["LEVEL"].value == {"name": "LEVEL", "default": "3"}
    assert found["TOKEN"].value == {"name": "TOKEN", "required": True}
    assert found["TOKEN"].evidence == "a/settings.py:6"
    row = {"name": "MAIL_HOST", "required": True, "help": "Where mail goes."}
    assert (found["MAIL_HOST"].value, found["MAIL_HOST"].evidence) == (row, "a/conf.py:2")
    assert found["ONLY_HERE"].certainty == "assumed"
    assert found["OFF"].evidence == ".env.example:4"
    assert not {"HOME", "PATH"} & found.keys()


@pytest.mark.parametrize(
    "name",
    [".env.example", ".env.sample", "env.dist", ".env.dist", "TEMPLATE.env", ".env.template",
     "site.env.example", ".env.prod.example", "example.env"],
)  # fmt: skip
def test_names_of_examples(detect: Detect, name: str) -> None:
    assert detect({name: "ABC=1\n"}).below("environment")["ABC"].evidence == f"{name}:1"
