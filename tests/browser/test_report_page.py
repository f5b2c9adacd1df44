"""The report as a person meets it: sorting, choosing, comparing, copying, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from shipways.report import render
from tests.browser.conftest import Open, column, english, fitting, results, sorter

pytestmark = pytest.mark.browser


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


def test_what_a_format_brings_is_a_reason(open_page: Open, tmp_path: Path) -> None:
    stack = results("all")
    stack.formats["docker"].services = ["PostgreSQL", "app", "nginx"]
    main = english(open_page(path=render(stack, tmp_path)[1]))
    main.get_by_label("Several services and a database").check()
    assert fitting(main) == ["docker"]
    expect(main.locator(".fitting")).to_contain_text("brings PostgreSQL, app, nginx")
    expect(main.locator(".excluded")).to_contain_text("delivers the application alone")
