"""Documents are read where they are: PDF and office files, from an encrypted chat too."""

import zipfile
from io import BytesIO

import pytest
from playwright.async_api import FilePayload, expect

from tests.web.conftest import Open
from tests.web.page import Person
from tests.web.test_albums import ENCRYPTION

WORD = """<w:document xmlns:w="w"><w:body>
<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>Order No. 17</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">The archive moves to the </w:t></w:r>
<w:r><w:rPr><w:b/></w:rPr><w:t>second floor</w:t></w:r><w:r><w:t> on Monday.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>
<w:r><w:t>Pack the files</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>
<w:r><w:t>Seal the boxes</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Room</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>Boxes</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>204</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>31</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"""
STYLES = '<w:styles><w:style w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>'
BOOK = (
    '<workbook><sheets><sheet name="Budget" r:id="a"/><sheet name="Notes" r:id="b"/></sheets>'
    "</workbook>"
)
RELATIONS = (
    '<Relationships><Relationship Id="a" Target="worksheets/1.xml"/>'
    '<Relationship Id="b" Target="worksheets/2.xml"/></Relationships>'
)


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*rows: tuple[str, ...]) -> str:
    lines = "".join(f"<row>{''.join(cell(text) for text in row)}</row>" for row in rows)
    return f"<worksheet><sheetData>{lines}</sheetData></worksheet>"


def packed(name: str, files: dict[str, str]) -> FilePayload:
    """A ZIP file of these files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path, text in files.items():
            file.writestr(path, text)
    return {"name": name, "mimeType": "application/octet-stream", "buffer": out.getvalue()}


def pdf(name: str, *lines: str) -> FilePayload:
    """A PDF of a page for each line."""
    pages = range(len(lines))
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(lines)} /Kids [{kids}] >>",
    ]
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for n, line in zip(pages, lines, strict=True):
        drawn = f"BT /F 28 Tf 72 700 Td ({line}) Tj ET 0.2 0.4 0.7 rg 72 500 300 120 re f"
        box = f"/MediaBox [0 0 595 842] /Resources {font}"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {box} /Contents {4 + 2 * n} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", list[int]()
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return {"name": name, "mimeType": "application/pdf", "buffer": out + end.encode()}


async def send_and_open(person: Person, file: FilePayload) -> None:
    page = person.page
    await page.locator('.composer input[type="file"]').set_input_files([file])
    await page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name=f"Open: {file['name']}").click()


@pytest.mark.parametrize("phone", [True, False])
async def test_a_pdf_of_an_encrypted_chat_is_read_in_the_page(
    open_client: Open, phone: bool
) -> None:
    alice = await open_client("alice", phone=phone, dark=phone)
    await alice.account.create_room(name="Registry", initial_state=[ENCRYPTION])
    await alice.open_chat("Registry")
    await send_and_open(alice, pdf("order.pdf", "The order is signed", "Second page"))
    viewer = alice.page.get_by_role("dialog", name="order.pdf")
    first = viewer.get_by_role("region", name="Page 1")
    await expect(first).to_contain_text("The order is signed", timeout=30_000)
    await expect(viewer.get_by_role("region", name="Page 2")).to_contain_text("Second page")
    blue = "c => { const [r, g, b] = c.getContext('2d').getImageData(c.width * 0.3 | 0,"
    blue += " c.height * 0.34 | 0, 1, 1).data; return b > 150 && r < 90 }"
    assert await first.locator("canvas").evaluate(blue)
    await alice.screen(f"pdf-{'phone-dark' if phone else 'desktop'}")
    assert await alice.barriers() == []
    await viewer.get_by_role("button", name="Close").click()
    await expect(viewer).to_be_hidden()


@pytest.mark.parametrize("phone", [True, False])
async def test_office_documents_are_read_in_the_page(open_client: Open, phone: bool) -> None:
    alice = await open_client("alice", phone=phone, dark=not phone)
    page = alice.page
    await alice.account.create_room(name="Registry")
    await alice.open_chat("Registry")
    await send_and_open(
        alice, packed("order.docx", {"word/document.xml": WORD, "word/styles.xml": STYLES})
    )
    viewer = page.get_by_role("dialog", name="order.docx")
    await expect(viewer.get_by_role("heading", name="Order No. 17", level=2)).to_be_visible()
    await expect(viewer.get_by_role("cell", name="31")).to_be_visible()
    await expect(viewer).to_contain_text("The archive moves to the second floor on Monday.")
    await alice.screen(f"docx-{'phone' if phone else 'desktop-dark'}")
    assert await alice.barriers() == []
    await viewer.get_by_role("button", name="Close").click()
    book = packed(
        "budget.xlsx",
        {
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": RELATIONS,
            "xl/worksheets/1.xml": sheet(("Article", "Sum"), ("Paper", "1200"), ("Boxes", "310")),
            "xl/worksheets/2.xml": sheet(("A note",)),
        },
    )
    await send_and_open(alice, book)
    viewer = page.get_by_role("dialog", name="budget.xlsx")
    await expect(viewer.get_by_role("cell", name="1200")).to_be_visible()
    await alice.screen(f"xlsx-{'phone' if phone else 'desktop-dark'}")
    assert await alice.barriers() == []
    await viewer.get_by_role("tab", name="Notes").click()
    await expect(viewer.get_by_role("cell", name="A note")).to_be_visible()
    await viewer.get_by_role("button", name="Close").click()
    broken: FilePayload = {"name": "x.docx", "mimeType": "", "buffer": b"PK\x03\x04 nothing"}
    await send_and_open(alice, broken)
    await expect(page.get_by_role("alert")).to_contain_text("cannot be shown")
