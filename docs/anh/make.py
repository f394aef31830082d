"""Makes the pictures of the guides anew: the demo's own workbooks, drawn by LibreOffice, cropped and reduced.

Run by hand where soffice, pdftoppm and Pillow are installed: `python docs/anh/make.py [picture …]`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

HERE = Path(__file__).parent
PLAN = "43-kh-duk_2027"
COLOURS, RESOLUTION, MARGIN = 16, 260, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page of a workbook below the demo's folder, as it prints."""

    workbook: str
    words: str
    """The page is the first on which these stand (a regular expression)."""
    whole: bool = False
    share: tuple[float, float] = (0.0, 1.0)
    """The part of the height that is kept, of what is not white."""
    width: int = 1100


PLAN_FILLED = "nhan-ve/KH mo hinh 1 - So Tai chinh.xlsx"
PICTURES = {
    "don-vi": Picture(workbook="danh-sach.xlsx", words="DANH SÁCH ĐƠN VỊ", share=(0.0, 0.36)),
    "ca-nhan": Picture(workbook="danh-sach.xlsx", words="DANH SÁCH CÁ NHÂN", share=(0.0, 0.49)),
    "dot": Picture(workbook="danh-sach.xlsx", words="CÁC ĐỢT BÁO CÁO"),
    "bieu": Picture(
        workbook=f"bieu-gui/{PLAN}/mau-02_2027_DU-SO-TAI-CHINH.xlsx", words="CHƯA XONG", whole=True, width=1200
    ),
    "ke-hoach": Picture(workbook=PLAN_FILLED, words="Phần văn bản", whole=True, share=(0.0, 0.27)),
    "ban-in": Picture(workbook=PLAN_FILLED, words=r"Trang 1(?![\d/])", share=(0.0, 0.55), width=800),
    "ke-hoach-ca-nhan": Picture(
        workbook="nhan-ve/KH ca nhan - BT xa Tan Quy.xlsx", words="Phần văn bản", whole=True, share=(0.0, 0.27)
    ),
    "tong-quan": Picture(workbook="theo-doi.xlsx", words="HÔM NAY:", share=(0.0, 0.6)),
    "ban-ky": Picture(workbook="theo-doi.xlsx", words="BẢN KÝ —", share=(0.0, 0.81)),
    "tep-nhan": Picture(workbook="theo-doi.xlsx", words="TỆP NHẬN VỀ", share=(0.0, 0.6)),
    "can-sua": Picture(
        workbook=f"tra-lai/{PLAN}/mau-02_2027_DU-BAO-HIEM-XA-HOI-TINH_sua.xlsx", words="NHỮNG CHỖ CẦN SỬA", width=1000
    ),
    "trinh-ky": Picture(workbook=f"tong-hop/{PLAN}/mau-02.xlsx", words="BẢNG TỔNG HỢP", width=900),
}
_PRINTS = re.compile(rb"<definedName [^>]*_xlnm\.Print_(?:Area|Titles)[^>]*>[^<]*</definedName>")
# LibreOffice works every formula out anew, whichever program saved the file
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def copied(source: Path, target: Path, *, whole: bool) -> None:
    """A copy; `whole` prints what stands outside the print areas too: notice, panel, the fields beside a narrative."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if whole and part.filename == "xl/workbook.xml":
                data = _PRINTS.sub(b"", data)
            new.writestr(part.filename, data)


def draw(source: Path, words: str, folder: Path) -> Image.Image:
    """The first page on which `words` are found."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
    convert = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*convert, str(folder), str(source)], check=True, capture_output=True)
    pdf, stem = folder / f"{source.stem}.pdf", folder / source.stem
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True).stdout.decode("utf-8")
    pages = [" ".join(page.split()) for page in text.split("\f")]
    page = next(str(n) for n, said in enumerate(pages, 1) if re.search(words, said))
    only = ["-singlefile", "-f", page, "-l", page]
    subprocess.run(["pdftoppm", "-r", str(RESOLUTION), "-png", *only, str(pdf), str(stem)], check=True)
    return Image.open(stem.with_suffix(".png")).convert("RGB")


def trimmed(image: Image.Image, picture: Picture) -> Image.Image:
    """Without the page's foot and white edges, at its width in pixels, in few colours."""
    body = image.crop((0, 0, image.width, int(image.height * 0.92)))
    left, top, right, bottom = ImageChops.invert(body.convert("L")).getbbox() or (0, 0, *body.size)
    first, last = (top + int((bottom - top) * s) for s in picture.share)
    box = (left - MARGIN, first - MARGIN, right + MARGIN, last + MARGIN)
    body = body.crop((max(box[0], 0), max(box[1], 0), min(box[2], body.width), min(box[3], body.height)))
    body = body.resize((picture.width, round(body.height * picture.width / body.width)), Image.Resampling.LANCZOS)
    return body.quantize(COLOURS, dither=Image.Dither.NONE)


def main(wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "lamtheo_xls", "demo", str(folder / "thu")], check=True)
        for stem, picture in PICTURES.items():
            if wanted and stem not in wanted:
                continue
            source = folder / f"{stem}.xlsx"
            copied(folder / "thu" / picture.workbook, source, whole=picture.whole)
            target = HERE / f"{stem}.png"
            trimmed(draw(source, picture.words, folder), picture).save(target, optimize=True)
            print(target.name, target.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
