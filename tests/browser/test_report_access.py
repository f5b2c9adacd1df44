"""The report for everybody: by keyboard, on paper, on small screens, without scripts, at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from shipways.report import render
from tests.browser.conftest import Open, english, results, sorter, walk

pytestmark = pytest.mark.browser


def test_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    main = english(page)
    page.keyboard.press("Tab")
    expect(page.locator("#speak-en")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("main[lang=ru]")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    walk(page, sorter(main, "artifact_bytes"))
    page.keyboard.press("Enter")
    expect(main.locator("th[data-key=artifact_bytes]")).to_have_attribute("aria-sort", "ascending")
    walk(page, main.locator("a[href='#en-wheel-artifact_bytes']"))
    page.keyboard.press("Enter")
    expect(page.locator("#en-wheel-artifact_bytes")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    walk(page, page.locator("#en-deb .evidence > summary"))
    page.keyboard.press("Enter")
    expect(page.locator("#en-deb-artifact_bytes")).to_be_visible()


def test_printing_unfolds_everything_and_drops_the_tools(open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#en-deb-warm_s")).to_be_visible()
    for tool in (".tools", ".chooser", ".languages", ".copy"):
        expect(page.locator(tool).first).to_be_hidden()
    expect(page.locator("main[lang=ru]")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("#en-deb-warm_s")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page: Open, language: str, scheme: str, width: int) -> None:
    page = open_page(color_scheme=scheme, locale=language, viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 390, 768, 1920])
def test_the_page_never_scrolls_sideways(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_all_is_there(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    main = english(page)
    expect(main.locator("table.figures tbody tr")).to_have_count(8)
    expect(main.locator("svg").first).to_be_visible()
    expect(main.locator(".findings")).to_contain_text("Next is")
    for tool in (".tools", ".chooser", ".copy", ".choice"):
        expect(main.locator(tool).first).to_be_hidden()
    main.get_by_text("All answers, with their reasons").click()
    expect(main.locator(".reasons")).to_contain_text("did not install on debian-13")
    page.get_by_label("Русский").check()
    expect(page.get_by_role("heading", name="Главное")).to_be_visible()
    expect(main).to_be_hidden()


@pytest.mark.parametrize(
    "name", ["built", "failed", "skipped", "not-offered", "one-format", "none", "real"]
)
def test_every_golden_page_runs(open_page: Open, tmp_path: Path, name: str) -> None:
    page = open_page(path=render(results(name), tmp_path)[1])
    expect(english(page).locator("h1")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_large_run_is_there_at_once(open_page: Open, tmp_path: Path) -> None:
    """50 formats on 20 targets: loaded, laid out and sorted by a click within two seconds.

    Seconds of the page's own thread: on a machine that is busy otherwise the clock tells nothing.
    """
    large = results("one-format")
    (record,) = large.formats.values()
    target = record.targets["debian-13"]
    record.targets = {f"target-{place}": target for place in range(20)}
    large.formats = {f"format-{place}": record for place in range(50)}
    path = render(large, tmp_path)[1]
    page = open_page()
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    main = english(page)
    expect(main.locator("table.figures tbody tr")).to_have_count(50)
    sorter(main, "artifact_bytes").click()
    expect(main.locator("th[data-key=artifact_bytes]")).to_have_attribute("aria-sort", "ascending")
    metrics = meter.send("Performance.getMetrics")["metrics"]
    seconds = {each["name"]: each["value"] for each in metrics}
    assert 0 < seconds["LayoutDuration"] < seconds["TaskDuration"] < 2


def test_questions_by_keyboard(open_page: Open) -> None:
    page = open_page()
    main = english(page)
    walk(page, main.get_by_label("any system"))
    page.keyboard.press("ArrowRight")
    expect(main.get_by_label("Debian or Ubuntu")).to_be_checked()
    walk(page, main.get_by_label("The target has no internet"))
    page.keyboard.press("Space")
    expect(main.locator(".excluded")).to_contain_text("network cut off")
