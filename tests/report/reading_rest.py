"""Reads claims and bases: tables figure by figure, sentences by what their figures can be."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tests.report.figures_of import figures
from tests.report.reading_html import Html, text_of

BASE = (
    "artifact_bytes", "disk_bytes", "update_bytes", "files", "packages", "setuid_files",
    "first_response_s", "cpu_s",
)  # fmt: skip


class Rest(Html):
    """What stands below the formats."""

    def check_claims(self, main: Element) -> None:
        claims = [node for node in main.iter("article") if node.get("class") == "claim"]
        for node, claim in zip(claims, self.results.get("claims", []), strict=True):
            measured = claim.get("measurement", {})
            keys = [*dict.fromkeys(key for row in measured.values() for key in row if key != "log")]
            self.take(node)
            rows = [row for body in node.iter("tbody") for row in body]
            for row, (name, values) in zip(rows, measured.items(), strict=True):
                log, text = str(values.get("log", "")), text_of(row)
                told = [self.measured(key, values.get(key)) for key in keys]
                wanted = [word for part in (name, log, *told) for word in figures(part)]
                self.explained += len(wanted)
                if sorted(figures(text)) != sorted(wanted):
                    self.wrong.append(f"{claim['id']}: {figures(text)} is not {wanted}")
            for paragraph in node.findall("p"):
                self.sentence(claim["id"], text_of(paragraph), measured, [claim])

    def check_bases(self, main: Element) -> None:
        compared = [record["bases"] for record in self.formats.values() if record.get("bases")]
        sections = [
            node for node in main.iter("section") if "bases" in node.get("aria-labelledby", "")
        ]
        for node, bases in zip(sections, compared, strict=True):
            self.take(node)
            built = [base for base in bases.values() if base["status"] == "ok"]
            rows = [row for body in node.iter("tbody") for row in body]
            for row, base in zip(rows, built, strict=True):
                told = [self.measured(key, base.get(key)) for key in BASE]
                self.expect("bases", text_of(row), base.get("platform", ""), *told)
            for item in node.iter("li"):
                self.sentence("bases", text_of(item), bases, [bases])
