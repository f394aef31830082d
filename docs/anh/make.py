"""Makes the pictures of the guides anew: the demo's own workbooks, drawn by LibreOffice, cropped and reduced.

Run by hand where soffice, pdftoppm and Pillow are installed: `python docs/anh/make.py`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from PIL import Image, ImageChops

HERE = Path(__file__).parent
ROUND = "43-kh-duk_2027"
ISSUED = f"bieu-gui/{ROUND}/mau-02_2027_DU-SO-TAI-CHINH.xlsx"
FILLED = "nhan-ve/Thanh tra tinh - mau 02 (2).xlsx"
RETURNED = f"tra-lai/{ROUND}/mau-02_2027_DU-BAO-HIEM-XA-HOI-TINH_sua.xlsx"
# picture: workbook, its page as printed (all of the sheet where `whole`), share of the height kept, width in pixels
PICTURES = {
    "bieu": (ISSUED, 1, True, (0.0, 1.0), 1500),
    "ban-in": (FILLED, 2, False, (0.0, 1.0), 900),
    "tong-quan": ("theo-doi.xlsx", 1, False, (0.0, 0.77), 1250),
    "tep-nhan": ("theo-doi.xlsx", 3, False, (0.0, 0.51), 1250),
    "can-sua": (RETURNED, 1, False, (0.0, 1.0), 1000),
    "trinh-ky": (f"tong-hop/{ROUND}/mau-02.xlsx", 1, False, (0.0, 1.0), 900),
    "don-vi": ("danh-sach.xlsx", 1, False, (0.0, 0.435), 1400),
}
_PRINT_AREA = re.compile(rb'<definedName name="_xlnm\.Print_(?:Area|Titles)" localSheetId="0"[^>]*>[^<]*</definedName>')


def without_print_area(source: Path, target: Path) -> None:
    """A copy whose first sheet prints what stands outside its print area too: notice, panel, last columns."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, _PRINT_AREA.sub(b"", data) if part.filename == "xl/workbook.xml" else data)


def draw(source: Path, page: int, folder: Path) -> Image.Image:
    profile = (folder / "profile").as_uri()
    convert = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*convert, str(folder), str(source)], check=True, capture_output=True)
    pdf, stem = folder / f"{source.stem}.pdf", folder / source.stem
    subprocess.run(
        ["pdftoppm", "-r", "220", "-png", "-singlefile", "-f", str(page), "-l", str(page), str(pdf), str(stem)],
        check=True,
    )
    return Image.open(stem.with_suffix(".png")).convert("RGB")


def trimmed(image: Image.Image, share: tuple[float, float], width: int) -> Image.Image:
    """Without the page's foot and white edges, at `width` pixels, in few colours."""
    body = image.crop((0, 0, image.width, int(image.height * 0.92)))
    left, top, right, bottom = ImageChops.invert(body.convert("L")).getbbox() or (0, 0, *body.size)
    height = bottom - top
    first, last = (top + int(height * s) for s in share)
    body = body.crop((max(left - 12, 0), max(first - 12, 0), min(right + 12, body.width), min(last + 12, body.height)))
    body = body.resize((width, round(body.height * width / body.width)), Image.Resampling.LANCZOS)
    return body.quantize(32, dither=Image.Dither.NONE)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "lamtheo_xls", "demo", str(folder / "thu")], check=True)
        for picture, (workbook, page, whole, share, width) in PICTURES.items():
            source = folder / f"{picture}.xlsx"
            if whole:
                without_print_area(folder / "thu" / workbook, source)
            else:
                source.write_bytes((folder / "thu" / workbook).read_bytes())
            target = HERE / f"{picture}.png"
            trimmed(draw(source, page, folder), share, width).save(target, optimize=True)
            print(target.name, target.stat().st_size)


if __name__ == "__main__":
    main()
