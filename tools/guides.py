"""`make guides`: the guides for printing, in the set of documents of GOST 19 (ESPD).

Each file of `docs/guides/` becomes a page and a PDF in `build/guides/`, beside a specification
(GOST 19.202) and a list of documents (GOST 19.507): sheet of approval, title page, annotation,
contents, numbered sections, sheet of changes, in the order of GOST 19.105. A line `{{path}}` takes
a whole file in. The institution's designation is given by `--designation`; else a line is left.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.metadata import metadata
from pathlib import Path
from shutil import which

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
GUIDES = ROOT / "docs" / "guides"
LANGUAGES = ("en", "ru")
BLANK = "____________"

_WORDS = {
    "en": {
        "program": "Depesha",
        "approved": "APPROVED",
        "approval": "Sheet of approval",
        "sheets": "Sheets",
        "contents": "Contents",
        "annotation": "Annotation",
        "changes": "Sheet of changes",
        "columns": "Change|Changed|Replaced|New|Cancelled|Sheets in all|Document|Received with|"
        "Signed|Date",
        "signatures": "Office|Signature|Name|Date",
        "specification": "Specification",
        "list": "List of operating documents",
        "row": "Designation|Name|Remark",
        "part": "Name|Version|Licence",
        "documents": "Documents",
        "components": "Components",
        "generated": "Made from the documents and the locked versions of the program.",
    },
    "ru": {
        "program": "Депеша",
        "approved": "УТВЕРЖДЁН",
        "approval": "Лист утверждения",
        "sheets": "Листов",
        "contents": "Содержание",
        "annotation": "Аннотация",
        "changes": "Лист регистрации изменений",
        "columns": "Изм.|Изменённых|Заменённых|Новых|Аннулированных|Всего листов|№ документа|"
        "Входящий № и дата|Подп.|Дата",
        "signatures": "Должность|Подпись|Фамилия|Дата",
        "specification": "Спецификация",
        "list": "Ведомость эксплуатационных документов",
        "row": "Обозначение|Наименование|Примечание",
        "part": "Наименование|Версия|Лицензия",
        "documents": "Документация",
        "components": "Компоненты",
        "generated": "Составлено по документам и закреплённым версиям программы.",
    },
}

_STYLE = """
@page { size: A4; margin: 25mm 15mm 20mm 25mm;
  @top-center { content: counter(page) "\\A" "DESIGNATION"; white-space: pre; font: 11pt serif; } }
@page :first { @top-center { content: none; } }
body { font: 12pt/1.4 "Liberation Serif", serif; }
section { break-before: page; }
section:first-child { break-before: auto; }
.cover { height: 245mm; display: flex; flex-direction: column; justify-content: space-between; }
.cover * { text-align: center; } .cover .left, .cover .left * { text-align: left; }
h1, h2 { text-transform: uppercase; font-size: 14pt; text-align: center; }
h3, h4, h5 { font-size: 12pt; }
h2, h3, h4, h5 { break-after: avoid; }
table { border-collapse: collapse; width: 100%; margin: 2mm 0; font-size: 10pt; }
th, td { border: 0.3mm solid; padding: 1mm 2mm; vertical-align: top; text-align: left;
  overflow-wrap: break-word; }
.changes { font-size: 7pt; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 10pt; margin-left: 8mm; }
code { font-size: 10pt; overflow-wrap: break-word; }
a { color: inherit; text-decoration: none; }
img { max-width: 100%; max-height: 120mm; }
nav a { display: block; }
nav a.deep { margin-left: 8mm; }
"""


@dataclass(frozen=True, slots=True)
class Guide:
    """One document: its code by GOST 19.103, its name, and its text in Markdown."""

    code: str
    name: str
    annotation: str
    text: str


def guides(language: str) -> list[Guide]:
    """The written documents of a language, by code, and the two that are made from them."""
    written = [_read(path) for path in sorted((GUIDES / language).glob("*.md"))]
    words = _WORDS[language]
    return [
        Guide("", words["specification"], words["generated"], _specification(language, written)),
        Guide("20", words["list"], words["generated"], _list(language, written)),
        *written,
    ]


def _read(path: Path) -> Guide:
    title, annotation, text = path.read_text().split("\n\n", 2)
    return Guide(path.name[:2], title.removeprefix("# "), annotation, _whole(text))


def _whole(text: str) -> str:
    """The text with the files that it takes in, whose headings go two levels down."""

    def taken(found: re.Match[str]) -> str:
        path = ROOT / found[1]
        inner = re.sub(r"^(#+) ", r"##\1 ", path.read_text(), flags=re.MULTILINE)
        pictures = f"../../../{path.parent.relative_to(ROOT)}/"
        inner = re.sub(r"(?<!!)\[([^\]]+)\]\([^)]+\.md\)", r"\1", inner)
        return re.sub(r"(!\[[^\]]*\]\()", rf"\g<1>{pictures}", inner)

    return re.sub(r"^\{\{(.+)\}\}$", taken, text, flags=re.MULTILINE)


def _table(columns: str, rows: Sequence[Sequence[str]]) -> str:
    head = columns.split("|")
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _list(language: str, written: Sequence[Guide]) -> str:
    words = _WORDS[language]
    rows = [[one.code, one.name, ""] for one in written]
    return f"## {words['documents']}\n\n{_table(words['row'], rows)}\n"


def _specification(language: str, written: Sequence[Guide]) -> str:
    words = _WORDS[language]
    components = f"## {words['components']}\n\n{_table(words['part'], list(_components()))}\n"
    return f"{_list(language, written)}\n{components}"


def _components() -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of what the running program consists of beside itself."""
    lock = (ROOT / "requirements.run.lock").read_text()
    for name, version in re.findall(r"^([\w.-]+)==([^\s\\]+)", lock, re.MULTILINE):
        about = metadata(name).json
        licence = str(about.get("license_expression") or about.get("license") or "")
        yield name, version, licence.partition("\n")[0][:60]
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "web" / "package.json").read_text())["dependencies"]
    for name in sorted(wanted):
        there = packages[f"node_modules/{name}"]
        yield name, there["version"], there.get("license", "")


# --- a document as a page ------------------------------------------------------------


def page(guide: Guide, language: str, designation: str, sheets: str) -> str:
    """The document as one HTML page."""
    words = _WORDS[language]
    number = " ".join(part for part in (designation, guide.code) if part)
    contents, body = _numbered(guide.text)
    year = str(datetime.now(UTC).year)
    signatures = "<tr>" + "".join(f"<th>{one}" for one in words["signatures"].split("|"))
    signatures += ("<tr>" + "<td>&nbsp;" * 4) * 4
    changes = "<tr>" + "".join(f"<th>{one}" for one in words["columns"].split("|"))
    changes += ("<tr>" + "<td>&nbsp;" * 10) * 20
    name = f"<h1>{words['program']}</h1><h2>{escape(guide.name)}</h2><p>{number}"
    return f"""<!doctype html><html lang={language}><meta charset=utf-8>
<title>{words["program"]}. {escape(guide.name)}</title>
<style>{_STYLE.replace("DESIGNATION", number)}</style>
<section class=cover><p class=left>{words["approved"]}<br>{number}-ЛУ
<div>{name}-ЛУ<p>{words["approval"]}<table>{signatures}</table></div><p>{year}</section>
<section class=cover><p class=left>{words["approved"]}<br>{number}-ЛУ
<div>{name}<p>{words["sheets"]} {sheets}</div><p>{year}</section>
<section><h2>{words["annotation"]}</h2>{MarkdownIt().render(guide.annotation)}</section>
<section><h2>{words["contents"]}</h2><nav>{contents}</nav></section>
<section>{body}</section>
<section><h2>{words["changes"]}</h2><table class=changes>{changes}</table></section></html>"""


def _numbered(text: str) -> tuple[str, str]:
    """The contents, and the text whose sections are numbered."""
    markdown = MarkdownIt().enable("table")
    tokens, numbers, lines = markdown.parse(text), [0, 0, 0, 0], []
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        depth = min(int(token.tag[1]) - 2, 3)
        numbers[depth:] = [numbers[depth] + 1, *[0] * (3 - depth)]
        number = ".".join(map(str, numbers[: depth + 1]))
        title = tokens[at + 1]
        token.attrSet("id", f"s{number}")
        if title.children:
            title.children[0].content = f"{number}. {title.children[0].content}"
        if depth < 2:
            deep = " class=deep" if depth else ""
            name = escape(re.sub(r"[`*]", "", title.content))
            lines.append(f'<a href="#s{number}"{deep}>{number}. {name}</a>')
    return "".join(lines), markdown.renderer.render(tokens, markdown.options, {})


# --- files ---------------------------------------------------------------------------


def main() -> int:
    """Write all documents; 1 where no Chromium is installed, which prints them."""
    parser = argparse.ArgumentParser(prog="python -m tools.guides", description=main.__doc__)
    parser.add_argument("--designation", default=BLANK, help="as the institution registers it")
    designation = parser.parse_args().designation
    chromium = which("chromium") or which("chromium-browser")
    if chromium is None:
        print("Chromium prints the guides: apt-get install chromium")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        sheet = browser.new_page()
        for language in LANGUAGES:
            folder = ROOT / "build" / "guides" / language
            folder.mkdir(parents=True, exist_ok=True)
            for guide in guides(language):
                path = folder / f"{guide.code or '00'} {guide.name}.html"
                for sheets in (BLANK, None):
                    count = sheets or str(_count(path.with_suffix(".pdf")))
                    path.write_text(page(guide, language, designation, count))
                    sheet.goto(path.as_uri())
                    sheet.pdf(path=path.with_suffix(".pdf"), prefer_css_page_size=True)
                print(path.with_suffix(".pdf").relative_to(ROOT))
        browser.close()
    return 0


def _count(path: Path) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", path.read_bytes()))


if __name__ == "__main__":
    raise SystemExit(main())
