"""The printed guides hold what GOST 19 asks for, and all that is written for readers."""

import re

import pytest

from tests.house.source import ROOT
from tools.guides import LANGUAGES, guides, page

SECTIONS = {"31": 4, "32": 6, "34": 4}
"""Sections of a description of application, a system programmer's and an operator's guide."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_is_whole(language: str) -> None:
    there = {guide.code: guide for guide in guides(language)}
    assert set(there) == {"", "20", *SECTIONS}
    for code, count in SECTIONS.items():
        html = page(there[code], language, "1234.00001-01", "7")
        assert len(re.findall(r"<h2 id=", html)) == count
        assert f"1234.00001-01 {code}-ЛУ" in html
        assert "{{" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_for_readers_is_printed(language: str) -> None:
    text = "".join(guide.text for guide in guides(language))
    for path in ROOT.glob(f"docs/*/{language}/*.md"):
        if path.parent.parent.name != "guides":
            title = path.read_text().partition("\n")[0].removeprefix("# ")
            assert f"### {title}\n" in text, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_pictures_are_there(language: str) -> None:
    found = [
        found
        for guide in guides(language)
        for found in re.findall(r'<img src="([^"]+)"', page(guide, language, "1", "1"))
    ]
    assert found
    for source in found:
        assert (ROOT / "build" / "guides" / language / source).resolve().is_file()
