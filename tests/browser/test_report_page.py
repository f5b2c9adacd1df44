"""The report as a person meets it, in Debian's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from shipways.report import render
from shipways.results import Results, load

pytestmark = pytest.mark.browser
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


def test_a_heading_sorts_up_and_down_and_back(open_page: Open) -> None:
    main = english(open_page())
    before = column(main, "format")
    sorter(main, "artifact_bytes").click()
    assert column(main, "artifact_bytes") == [
        "41.2 kB", "48.2 kB", "3.22 MB", "3.32 MB", "3.52 MB", "25.4 MB",
    ]  # fmt: skip
    head = main.locator("th[data-key=artifact_bytes]")
    expect(head).to_have_attribute("aria-sort", "ascending")
    sorter(main, "artifact_bytes").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert column(main, "format")[0] == "docker"
    sorter(main, "artifact_bytes").click()
    expect(head).to_have_attribute("aria-sort", "none")
    assert column(main, "format") == before


@pytest.mark.parametrize("clicks", [1, 2])
def test_what_is_not_known_sorts_last(open_page: Open, clicks: int) -> None:
    main = english(open_page())
    for _click in range(clicks):
        sorter(main, "warm_s").click()
    assert set(column(main, "format")[-2:]) == {"compose", "git"}


def test_names_sort_too(open_page: Open) -> None:
    main = english(open_page())
    sorter(main, "format").click()
    names = column(main, "format")
    assert names == sorted(names)


def test_a_baseline_makes_ratios_and_gives_figures_back(open_page: Open) -> None:
    main = english(open_page())
    before = column(main, "transfer_bytes")
    main.locator(".baseline").select_option("docker")
    ratios = dict(zip(column(main, "format"), column(main, "transfer_bytes"), strict=False))
    assert ratios["docker"] == "× 1.00"
    assert ratios["wheel"] == "× 1.23"
    assert "yes" in column(main, "offline")
    main.locator(".baseline").select_option("")
    assert column(main, "transfer_bytes") == before


def test_rows_can_be_hidden(open_page: Open) -> None:
    main = english(open_page())
    main.get_by_text("Choose rows").first.click()
    main.locator(".rows input[value=git]").uncheck()
    assert "git" not in column(main, "format")
    main.locator(".rows input[value=git]").check()
    assert "git" in column(main, "format")


def fitting(main: Locator) -> list[str]:
    return main.locator(".fitting a").all_text_contents()


def test_questions_narrow_with_reasons(open_page: Open) -> None:
    main = english(open_page())
    assert len(fitting(main)) == 6
    main.get_by_label("The target has no internet").check()
    assert fitting(main) == ["deb-bundled", "rpm", "tarball", "docker"]
    out = main.locator(".excluded")
    expect(out).to_contain_text("wheel – did not install on debian-13 with the network cut off")
    expect(out).to_contain_text("git – was not built: the commit has no tag")
    main.get_by_label("Debian or Ubuntu").check()
    main.get_by_label("Updates come by the system's own tool").check()
    assert fitting(main) == ["deb-bundled"]
    expect(main.locator(".fitting")).to_contain_text("1 command")
    main.get_by_label("No root on the target").check()
    assert fitting(main) == []
    expect(main.get_by_text("No format meets all of that.")).to_be_visible()


def test_what_counts_ranks(open_page: Open) -> None:
    main = english(open_page())
    main.locator("select[name=order]").select_option("first_response_s")
    assert fitting(main) == ["docker", "tarball", "rpm", "deb-bundled", "deb", "wheel"]
    main.locator("select[name=order]").select_option("artifact_bytes")
    assert fitting(main)[0] == "wheel"


def test_what_is_uncertain_ranks_last(open_page: Open) -> None:
    main = english(open_page())
    main.get_by_label("RHEL, Fedora or SUSE").check()
    assert fitting(main) == ["rpm", "wheel", "tarball", "docker"]
    expect(main.locator(".fitting li").last).to_contain_text("was not tried on such a system")


def test_the_language_is_chosen_and_kept(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("heading", name="What was found")).to_be_visible()
    page.get_by_label("Русский").check()
    expect(page.get_by_role("heading", name="Главное")).to_be_visible()
    expect(english(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.lang") == "ru"
    assert page.title() == "notes 1.0.0: варианты поставки"
    page.reload()
    expect(page.get_by_role("heading", name="Главное")).to_be_visible()


def test_the_browser_s_language_comes_first(open_page: Open) -> None:
    page = open_page(locale="ru-RU")
    expect(page.get_by_role("heading", name="Главное")).to_be_visible()
    main = page.locator("main[lang=ru]")
    main.locator(".baseline").select_option("docker")
    assert "× 1,23" in column(main, "transfer_bytes")


def test_a_link_opens_its_language(open_page: Open) -> None:
    page = open_page("#ru-deb-warm_s")
    expect(page.locator("#ru-deb-warm_s")).to_be_visible()
    expect(page.locator("#ru-deb-warm_s")).to_be_in_viewport()


def test_a_command_is_copied(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    article = page.locator("#en-wheel")
    article.get_by_role("button", name="Copy").nth(1).click()
    expect(article.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "python3 -m venv ~/notes"
    expect(article.get_by_role("button", name="Copied")).to_have_count(0, timeout=5000)


def test_without_a_clipboard_the_command_is_selected(open_page: Open) -> None:
    page = open_page()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator("#en-rpm").get_by_role("button", name="Copy").first.click()
    assert page.evaluate("getSelection().toString()") == "dnf install ./notes-1.0.0-1.noarch.rpm"


def test_a_figure_opens_its_evidence_and_its_log(open_page: Open) -> None:
    page = open_page()
    evidence = page.locator("#en-deb-cold_s")
    expect(evidence).to_be_hidden()
    english(page).locator("tr[data-format=deb] a[href='#en-deb-cold_s']").click()
    expect(evidence).to_be_in_viewport()
    expect(evidence).to_be_focused()
    evidence.get_by_role("link", name="logs/deb/build.log").click()
    expect(page.get_by_text("This is logs/deb/build.log.")).to_be_visible()


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


def walk(page: Page, goal: Locator, most: int = 200) -> None:
    """Press Tab until the goal has the focus; wherever that is on the way must be visible."""
    for _step in range(most):
        page.keyboard.press("Tab")
        if goal.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {goal}")


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
    "name", ["built", "failed", "skipped", "not-offered", "one-format", "none"]
)
def test_every_golden_page_runs(open_page: Open, tmp_path: Path, name: str) -> None:
    page = open_page(path=render(results(name), tmp_path)[1])
    expect(english(page).locator("h1")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_name_that_is_markup_stays_a_name(open_page: Open, tmp_path: Path) -> None:
    evil = results("all")
    evil.project.name = "<script>document.title = 'taken'</script>"
    evil.formats["<b>bold</b>"] = evil.formats.pop("docker")
    page = open_page(path=render(evil, tmp_path)[1])
    expect(english(page).locator("h1")).to_contain_text("<script>")
    assert page.title() != "taken"
    main = english(page)
    main.locator(".baseline").select_option("format_7")
    assert "× 1.00" in column(main, "transfer_bytes")
    assert "<b>bold</b>" in fitting(main)
    sorter(main, "artifact_bytes").click()
    assert not page.locator("main b:text-is('bold')").count()
