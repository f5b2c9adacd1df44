"""Texts that are code in some language, by name and at random; each is one line."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = (
    "q\"'\\ %(x) %{lua:x} %n %% $(x) `x` ${HOME} $X $$ {{ x }} {% raw %} <b>&amp;</b>",
    "<!-- | # c: d; \\", "'", '"', "\\", "\\\\", "%", "%%", "$", "`", "#", "# x", "; x", "- x", "-",
    "--", "1. x", "> x", "+ x", "===", "---", "* x", "! x", "& x", "? x", "@x", "| x", "[x]", "{x}",
    "{a: b}", "a: b", ".so /etc/passwd", ".", "...", "'br", "null", "~", "yes", "NO", "1", "1.0",
    "0x1", "2020-01-01", "=", "<<", "a,b", "a #b", "a# b", "%if 0", "%files",
    "é 🚢 שלום \u202e\u200d",
    "\ufeff", "~x", "&#65;", "&lt;", "**x**", "_x_", "``x``", "` x `", "https://a.example/_x_",
    "a|b",
    "\\|", "a\\",
)  # fmt: skip
WORD = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
