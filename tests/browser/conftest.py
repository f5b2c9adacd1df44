"""The report in Debian's Chromium: opened, and looked at by what a person sees."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from shipways.report import render
from shipways.results import Results, load

GOLDEN = Path(__file__).parents[1] / "report" / "golden"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def results(name: str) -> Results:
    read = load(GOLDEN / f"{name}.json")
    assert read
    return read


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished dist/ with a report and the logs that it leads to."""
    dist = tmp_path_factory.mktemp("dist")
    for record in results("all").formats.values():
        steps = [step.log for target in record.targets.values() for step in target.steps]
        for log in filter(None, [record.build.log, *steps, *(lint.log for lint in record.lint)]):
            (dist / log).parent.mkdir(parents=True, exist_ok=True)
            (dist / log).write_text(f"This is {log}.\n")
    render(results("all"), dist)
    return dist


@pytest.fixture
def open_page(browser: Browser, dist: Path) -> Iterator[Open]:
    """Opens the report; at the end there must have been no error and no request to anywhere."""
    contexts, troubles = [], []

    def look(request: Any) -> None:
        if not request.url.startswith(("file://", "data:")):
            troubles.append(f"request: {request.url}")

    def open_page(address: str = "", path: Path | None = None, **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", look)
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.goto(f"{(path or dist / 'report.html').as_uri()}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


def english(page: Page) -> Locator:
    return page.locator("main[lang=en]")


def column(main: Locator, key: str) -> list[str]:
    """A column's figures from top to bottom, of the rows that have figures and are shown."""
    place = main.locator("table.figures thead th").evaluate_all(
        "(heads, key) => heads.findIndex((head) => head.dataset.key === key)", key
    )
    script = """(rows, place) => rows
        .filter((row) => !row.hidden && (place === 0 || row.cells.length > 2))
        .map((row) => row.cells[place].querySelector("a").textContent.replaceAll("\\u00a0", " "))"""
    texts: list[str] = main.locator("table.figures tbody tr").evaluate_all(script, place)
    return texts


def sorter(main: Locator, key: str) -> Locator:
    return main.locator(f"table.figures th[data-key={key}] button")


def fitting(main: Locator) -> list[str]:
    return main.locator(".fitting a").all_text_contents()


def walk(page: Page, goal: Locator, most: int = 200) -> None:
    """Press Tab until the goal has the focus; wherever that is on the way must be visible."""
    for _step in range(most):
        page.keyboard.press("Tab")
        if goal.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {goal}")
