"""Environment variables that code reads, and what it falls back to.

Known are os.environ and os.getenv, django-environ, environs, python-decouple, dj-database-url,
django-configurations' values, pydantic-settings, and functions of the project's own that hand their
argument to one of these.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shipways.project.detection import syntax

OS_GET = {"os.environ.get", "environ.get", "os.getenv", "getenv", "os.environ.pop"}
OS_ITEM = {"os.environ", "environ"}
URLS = {"db": "DATABASE_URL", "db_url": "DATABASE_URL", "cache": "CACHE_URL",
        "cache_url": "CACHE_URL", "email": "EMAIL_URL", "email_url": "EMAIL_URL",
        "search_url": "SEARCH_URL", "channels": "CHANNELS_URL", "dj_db_url": "DATABASE_URL",
        "dj_email_url": "EMAIL_URL", "dj_cache_url": "CACHE_URL"}  # fmt: skip
NO_READ = {"read_env", "read_envfile", "prefixed", "seal", "dump", "parser_for", "add_parser"}
BRANCHES = (ast.If, ast.IfExp, ast.Try, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda,
            ast.BoolOp, ast.While, ast.For)  # fmt: skip
ALIASES = ("validation_alias", "alias", "env")
READERS = ("Env", "FileAwareEnv")  # of django-environ and environs
DEFAULTS = ("default", "default_value", "fallback", "default_val")


@dataclass(frozen=True)
class Read:
    """One place where a variable is read."""

    name: str
    default: Any  # a literal; None where there is none, or one that only running tells
    is_required: bool  # the settings do not load without it
    line: int


@dataclass(frozen=True)
class Wrapper:
    """A function that reads the variable which one of its arguments names."""

    place: int
    argument: str
    prefix: str
    default_place: int
    is_required: bool = False  # it raises where the variable is not set


@dataclass(frozen=True)
class Known:
    """Names by which a project's code reads: objects like `env`, functions like `config`."""

    readers: frozenset[str]
    plain: frozenset[str]
    schemes: Mapping[str, Any]  # django-environ's `Env(DEBUG=(bool, False))`: name -> default
    wrappers: Mapping[str, Wrapper]


def known(trees: list[ast.Module]) -> Known:
    """What several modules define, imported by one another or not."""
    readers, plain = {"env"}, {"decouple.config"}
    schemes: dict[str, Any] = {}
    functions: list[ast.FunctionDef] = []
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ImportFrom) and node.module == "decouple":
            plain |= {one.asname or one.name for one in node.names if one.name == "config"}
        elif isinstance(node, ast.FunctionDef) and node.args.args:
            functions.append(node)
        elif isinstance(node, ast.Call) and _maker(node) in READERS:
            schemes |= dict(_scheme(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            made = [(name, _maker(value)) for name, value in syntax.assignments(node)]
            readers |= {name for name, maker in made if maker in READERS}
            plain |= {name for name, maker in made if maker in ("AutoConfig", "Config")}
    base = Known(frozenset(readers), frozenset(plain), schemes, {})
    for _ in range(3):  # a wrapper of a wrapper
        found = ((one.name, _wrapper(one, base)) for one in functions)
        wrappers = {name: one for name, one in found if one}
        if wrappers == base.wrappers:
            break
        base = replace(base, wrappers=wrappers)
    return base


def _maker(node: ast.expr) -> str:
    """The class or function that is called, without its module."""
    return syntax.dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _scheme(call: ast.Call) -> Iterator[tuple[str, Any]]:
    for one in call.keywords:
        if one.arg and isinstance(one.value, ast.Tuple) and len(one.value.elts) > 1:
            yield one.arg, syntax.literal(one.value.elts[1])


def reads(tree: ast.Module, names: Known) -> Iterator[Read]:
    """Every variable that is read under a literal name."""
    stack: list[tuple[ast.AST, bool, str]] = [(tree, False, "")]
    while stack:
        node, conditional, prefix = stack.pop()
        found = _read(node, names)
        if found:
            required = found.is_required and not conditional and found.name not in names.schemes
            stated = names.schemes.get(found.name) if found.default is None else found.default
            yield Read(prefix + found.name, stated, required, found.line)
        if isinstance(node, ast.ClassDef):
            yield from _pydantic(node)
            yield from _configurations(node)
        inside = conditional or isinstance(node, BRANCHES)
        below = prefix + _prefix(node)
        stack += [(one, inside, below) for one in ast.iter_child_nodes(node)]


def _read(node: ast.AST, names: Known) -> Read | None:
    line = getattr(node, "lineno", 1)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        name = syntax.text(node.slice)
        is_one = name and syntax.dotted(node.value) in OS_ITEM
        return Read(name, None, True, line) if is_one else None
    if not isinstance(node, ast.Call):
        return None
    for kind in (_os_read, _reader_read, _plain_read, _url_read, _wrapper_read):
        found = kind(node, names)
        if found and found.name:
            return found
    return None


def _os_read(call: ast.Call, _: Known) -> Read | None:
    if syntax.dotted(call.func) not in OS_GET or not call.args:
        return None
    default = call.args[1] if len(call.args) > 1 else None
    return Read(syntax.text(call.args[0]), syntax.literal(default), False, call.lineno)


def _reader_read(call: ast.Call, names: Known) -> Read | None:
    """`env("X", default=…)`, `env.bool("X", False)`, `env.db()`, `self.env(…)`."""
    function = syntax.dotted(call.func)
    holder, _, method = function.rpartition(".")
    if function in names.readers:
        method = ""
    elif holder not in names.readers or method in NO_READ:
        return None
    name = syntax.text(call.args[0]) if call.args else syntax.text(syntax.argument(call, "var"))
    return _with_default(call, name or (URLS.get(method, "") if not call.args else ""))


def _plain_read(call: ast.Call, names: Known) -> Read | None:
    """decouple's `config("X", default=…, cast=…)`."""
    if syntax.dotted(call.func) not in names.plain or not call.args:
        return None
    return _with_default(call, syntax.text(call.args[0]))


def _url_read(call: ast.Call, _: Known) -> Read | None:
    """`dj_database_url.config(default=…)`, which needs no variable."""
    function = syntax.dotted(call.func)
    if function not in ("dj_database_url.config", "dj_email_url.config", "django_cache_url.config"):
        return None
    variable = {"dj_database_url": "DATABASE_URL", "dj_email_url": "EMAIL_URL"}
    name = syntax.text(syntax.argument(call, "env", 0))
    name = name or variable.get(function.partition(".")[0], "CACHE_URL")
    return Read(name, syntax.literal(syntax.argument(call, "default", 1)), False, call.lineno)


def _wrapper_read(call: ast.Call, names: Known) -> Read | None:
    wrapper = names.wrappers.get(syntax.dotted(call.func).rpartition(".")[2])
    if wrapper is None:
        return None
    name = syntax.text(syntax.argument(call, wrapper.argument, wrapper.place))
    given = next((one.value for one in call.keywords if one.arg in DEFAULTS), None)
    if given is None and 0 < wrapper.default_place < len(call.args):
        given = call.args[wrapper.default_place]
    name = wrapper.prefix + name if name else ""
    return Read(name, syntax.literal(given), wrapper.is_required and given is None, call.lineno)


def _with_default(call: ast.Call, name: str) -> Read:
    """A second positional argument is the default, but for a type, which is a cast."""
    given = next((one.value for one in call.keywords if one.arg in DEFAULTS), None)
    place = 1
    while given is None and place < len(call.args):
        is_cast = isinstance(call.args[place], ast.Name)
        given = None if is_cast else call.args[place]
        place += 1
    return Read(name, syntax.literal(given), given is None, call.lineno)


def _prefix(node: ast.AST) -> str:
    """environs' `with env.prefixed("X_"):`."""
    if not isinstance(node, ast.With):
        return ""
    held = [one.context_expr for one in node.items]
    return "".join(
        syntax.text(one.args[0])
        for one in held
        if isinstance(one, ast.Call) and one.args
        and syntax.dotted(one.func).endswith(".prefixed")
    )  # fmt: skip


def _wrapper(function: ast.FunctionDef, names: Known) -> Wrapper | None:
    arguments = [one.arg for one in function.args.args]
    offset = arguments[0] in ("self", "cls")
    default = next((at for at, name in enumerate(arguments) if "default" in name), -1)
    for node in ast.walk(function):
        for prefix, name in _named_by(_variable(node, names)):
            if name in arguments:
                place = arguments.index(name) - offset
                fails = isinstance(node, ast.Subscript) and default < 0 and _lets_fail(function)
                return Wrapper(place, name, prefix, default - offset, fails)
    return None


def _lets_fail(function: ast.FunctionDef) -> bool:
    """Whether no `except` of it goes on without the variable."""
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    return all(any(isinstance(one, ast.Raise) for one in ast.walk(node)) for node in handlers)


def _variable(node: ast.AST, names: Known) -> ast.expr | None:
    """What names the variable, where a node reads one."""
    if isinstance(node, ast.Subscript) and syntax.dotted(node.value) in OS_ITEM:
        return node.slice
    if not isinstance(node, ast.Call) or not node.args:
        return None
    function = syntax.dotted(node.func)
    direct = function in OS_GET | names.plain | names.readers
    if direct or function.rpartition(".")[0] in names.readers:
        return node.args[0]
    wrapper = names.wrappers.get(function)
    return syntax.argument(node, wrapper.argument, wrapper.place) if wrapper else None


def _named_by(node: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Prefix and argument: `name`, `"X_" + name`, `f"X_{name}"`, `name.upper()`."""
    if isinstance(node, ast.Name):
        yield "", node.id
    elif isinstance(node, ast.BinOp) and isinstance(node.right, ast.Name):
        yield syntax.text(node.left), node.right.id
    elif isinstance(node, ast.JoinedStr) and len(node.values) == 2:
        last = node.values[1]
        if isinstance(last, ast.FormattedValue) and isinstance(last.value, ast.Name):
            yield syntax.text(node.values[0]), last.value.id


def _pydantic(node: ast.ClassDef) -> Iterator[Read]:
    """https://docs.pydantic.dev/latest/concepts/pydantic_settings/"""
    if not any(syntax.dotted(base).endswith("BaseSettings") for base in node.bases):
        return
    prefix = next((syntax.text(syntax.argument(call, "env_prefix")) for call in syntax.calls(node)
                   if syntax.argument(call, "env_prefix") is not None), "")  # fmt: skip
    for inner in ast.walk(node):
        for name, value in syntax.assignments(inner):
            prefix = syntax.text(value) if name == "env_prefix" else prefix
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield _field(field, field.target.id, prefix)


def _field(field: ast.AnnAssign, name: str, prefix: str) -> Read:
    value, variable = field.value, (prefix + name).upper()
    required = value is None
    if isinstance(value, ast.Call) and syntax.dotted(value.func).endswith("Field"):
        aliases = (syntax.text(syntax.argument(value, key)) for key in ALIASES)
        variable = next(filter(None, aliases), variable)
        factory = syntax.argument(value, "default_factory")
        value = syntax.argument(value, "default", 0)
        value = None if value is not None and _is_ellipsis(value) else value
        required = factory is None and value is None
    return Read(variable, syntax.literal(value), required, field.lineno)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _configurations(node: ast.ClassDef) -> Iterator[Read]:
    """https://django-configurations.readthedocs.io/en/stable/values/"""
    for inner in node.body:
        for name, value in syntax.assignments(inner):
            maker = syntax.dotted(value.func) if isinstance(value, ast.Call) else ""
            if not isinstance(value, ast.Call) or not maker.startswith("values."):
                continue
            stated = syntax.text(syntax.argument(value, "environ_name"))
            prefix = syntax.argument(value, "environ_prefix")
            before = "DJANGO" if prefix is None else syntax.text(prefix)
            variable = f"{before}_{stated or name}".lstrip("_")
            if maker.endswith(("DatabaseURLValue", "CacheURLValue", "EmailURLValue")):
                variable = stated or URLS[maker.split(".")[1].removesuffix("URLValue").lower()
                                          .replace("database", "db")]  # fmt: skip
            default = syntax.argument(value, "default", 0)
            yield Read(
                variable, syntax.literal(default), maker.endswith("SecretValue"), inner.lineno
            )
