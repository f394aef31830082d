"""Makes the samples anew: the register, the returned workbooks, expected.tsv.

    python samples/make/make.py [FOLDER_WITH_node_modules]

Needs the project's own Python, and soffice, ssconvert, node, npm, pdftoppm and a Python with `uno` on the machine. The
folder is where exceljs and SheetJS are (or will be) installed from package.json; without it a temporary one is used.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent
sys.path[:0] = [str(HERE), str(SAMPLES.parent)]

import office as invented  # noqa: E402
import plan  # noqa: E402
import rulings  # noqa: E402
from sample import At, Sample  # noqa: E402

from lamtheo_xls.definitions import Bundle, bundled, load_folder  # noqa: E402
from lamtheo_xls.findings import say  # noqa: E402
from lamtheo_xls.register import Register, Round, Unit, named_forms, write_register  # noqa: E402
from lamtheo_xls.workspace import demo, following, issuing, ruling  # noqa: E402
from lamtheo_xls.workspace.demo import BATCHES, ISSUED_ON  # noqa: E402
from lamtheo_xls.workspace.folder import STATUS, Office, make_workspace, open_office  # noqa: E402
from lamtheo_xls.workspace.owing import shared_id  # noqa: E402

OTHER_KEY = b"the key of another invented office"
PYTHON_WITH_UNO = os.environ.get("LAMTHEO_UNO_PYTHON", "/usr/bin/python3")
LOCALES = {"lo-en": "en-US", "lo-vi": "vi-VN"}
LIMIT = 128 * 1024
GNUMERIC = {"xlsx": "Gnumeric_Excel:xlsx2", "xls": "Gnumeric_Excel:excel_biff8", "ods": "Gnumeric_OpenCalc:odf"}
_ZIP_DATE = (2027, 2, 22, 8, 15, 0)


def main() -> None:
    bundles = {id: _bundle(id) for id in demo.PROGRAMMES}
    groups = tuple(g.label for g in bundles[invented.PLAN].programme.groups)
    with tempfile.TemporaryDirectory(prefix="lamtheo-samples-") as name:
        work = Path(name)
        (SAMPLES / "danh-sach.xlsx").write_bytes(_written(invented.make_register(groups), bundles))
        (work / "other.xlsx").write_bytes(_written(_other_office(), bundles))
        at, files = _issue(work, bundles)
        samples = plan.samples(at, groups)
        made = work / "made"
        for sample in samples:
            (made / sample.batch).mkdir(parents=True, exist_ok=True)
        _make(samples, at, files, work, made)
        _settle(samples, made)
        _expected(samples)
        _rule(work)
    print(f"{len(samples)} samples in {len(BATCHES)} batches, {SAMPLES / 'expected.tsv'}")


def _bundle(programme: str) -> Bundle:
    bundle, findings = load_folder(bundled(programme))
    assert bundle is not None, findings
    return bundle


def _written(register: Register, bundles: Mapping[str, Bundle]) -> bytes:
    names = tuple((b.programme.id, b.programme.name) for b in bundles.values())
    forms = {b.programme.id: named_forms(b.programme, b.forms) for b in bundles.values()}
    return write_register(register, programmes=names, forms=forms)


# -- issuing, exactly as the demo does ---------------------------------------------------------------------------------


def _issue(work: Path, bundles: Mapping[str, Bundle]) -> tuple[dict[str, dict[str, At]], dict[str, Path]]:
    """Addresses by form and owner – unit or person, «shared», «other», «last» –, and files as `<form>:<owner>`."""
    forms = {id: form for bundle in bundles.values() for id, form in bundle.forms.items()}
    at: dict[str, dict[str, At]] = {form: {} for form in forms}
    files: dict[str, Path] = {}

    def take(office: Office, form: str, owner: str, assignment: str, part: str = "") -> None:
        record = office.ledger.issued_for(assignment, part)
        assert record is not None, assignment
        at[form][owner], files[f"{form}:{owner}"] = At(forms[form], record), office.root / record.file

    root = work / "demo"
    demo.make_demo(root)
    with open_office(root, round_id=None, as_of=ISSUED_ON, who="samples") as office:
        for one in office.all:
            for line in issuing.issue(one, progress=_quiet):
                take(one, line["form"], line["person"] or line["unit"], line["assignment"], line["part"])
            for form in one.forms:
                take(one, form, "shared", shared_id(form, invented.PERIOD))
    then = dt.date(2026, 1, 15)
    _workspace(work / "last", SAMPLES / "danh-sach.xlsx", demo=True, key=None, period=invented.LAST_YEAR, on=then)
    last = f"{invented.PLAN}_{invented.LAST_YEAR}"
    with open_office(work / "last", round_id=last, as_of=then, who="samples") as office:
        issuing.issue(office, progress=_quiet)
        take(office, "mau-02", "last", f"mau-02_{invented.LAST_YEAR}_DU-VPUB")
    _workspace(work / "other", work / "other.xlsx", demo=False, key=OTHER_KEY, period=invented.PERIOD, on=ISSUED_ON)
    with open_office(work / "other", round_id=None, as_of=ISSUED_ON, who="samples") as office:
        issuing.issue(office, progress=_quiet)
        take(office, "mau-02", "other", f"mau-02_{invented.PERIOD}_DU-BTC")
    return at, files


def _workspace(root: Path, register: Path, *, demo: bool, key: bytes | None, period: str, on: dt.date) -> None:
    make_workspace(
        root,
        programme_ids=(invented.PLAN,),
        period=period,
        register=register,
        key=key,
        demo=demo,
        as_of=on,
    )


def _other_office() -> Register:
    """Another invented office, whose workbook is sent here by mistake."""
    units = (
        Unit(
            code="DU-BTC",
            name="Đảng ủy Ban Tổ chức Tỉnh ủy",
            short_name="ĐU Ban Tổ chức",
            order=1,
            kind="dang_uy_co_so",
            secretary="Lê Hải Đăng",
        ),
        Unit(
            code="CB-01",
            name="Chi bộ Tổng hợp",
            short_name="CB Tổng hợp",
            order=1,
            kind="chi_bo_truc_thuoc",
            parent="DU-BTC",
        ),
    )
    facts = {
        "co_quan": "Đảng ủy các cơ quan Đảng tỉnh Bình Hải",
        "cap_tren": "Đảng bộ tỉnh Bình Hải",
        "dia_danh": "Bình Hải",
        "nhan_bao_cao": "Ban Thường vụ Đảng ủy",
        "dau_moi_nhan": "Văn phòng Đảng ủy",
    }
    rounds = (Round(programme=invented.PLAN, period=invented.PERIOD, opens=dt.date(2027, 1, 15)),)
    return Register(units=units, rounds=rounds, office=facts)


def _quiet(items: Iterable[Any], total: int, label: str) -> Iterable[Any]:
    return items


# -- filling -----------------------------------------------------------------------------------------------------------


def _make(
    samples: list[Sample],
    at: Mapping[str, Mapping[str, At]],
    files: Mapping[str, Path],
    work: Path,
    made: Path,
) -> None:
    jobs: dict[str, list[dict[str, Any]]] = {}
    for sample in samples:
        job = {
            "source": str(files.get(sample.source, "")),
            "target": str(_target(sample, made)),
            "steps": [[_filled_in(x, files) for x in step] for step in sample.steps],
            "cells": dict(sample.cells),
            "shows": _verdict(sample, at) | dict(sample.shows),
            "kind": sample.kind,
            **sample.options,
        }
        Path(job["target"]).parent.mkdir(parents=True, exist_ok=True)
        jobs.setdefault(sample.by, []).append(job)
    for by, locale in LOCALES.items():
        path = _write_jobs(work / f"{by}.json", jobs.get(by, []))
        _run([PYTHON_WITH_UNO, str(HERE / "fill_libreoffice.py"), str(path), locale, str(work / f"profile-{by}")])
    node = _node_folder(work)
    for by in ("exceljs", "sheetjs"):
        path = _write_jobs(work / f"{by}.json", jobs.get(by, []))
        _run(["node", str(HERE / f"fill_{by}.mjs"), str(path)], cwd=node)
    for job in jobs.get("gnumeric", []):
        cells = [part for cell, text in job["cells"].items() for part in ("--set", f"{cell}={text}")]
        _run(["ssconvert", *cells, f"--export-type={GNUMERIC[job['kind']]}", job["source"], job["target"]])
    for job in jobs.get("openpyxl", []):
        _fill_with_openpyxl(job)
    for sample in samples:
        if sample.by in ("script", "copy"):
            _write_by_hand(sample, made)


def _verdict(sample: Sample, at: Mapping[str, Mapping[str, At]]) -> dict[str, str]:
    """What is good must have seemed so to the clerk: the check panel's own words, as LibreOffice reckons them after all
    that was done to the sheet."""
    if sample.by not in LOCALES or sample.state != "accepted":
        return {}
    form, _, owner = sample.source.partition(":")
    return {at[form][owner].verdict: say("workbook.panel.done")}


def _target(sample: Sample, made: Path) -> Path:
    folder = made / sample.batch
    return folder / f"{sample.inside.replace('!', '.d/')}.d" / sample.file if sample.inside else folder / sample.file


def _filled_in(part: Any, files: Mapping[str, Path]) -> Any:
    """A step may name another unit's issued workbook: «{mau-02:DU-TLLG}»."""
    return str(files[part[1:-1]]) if isinstance(part, str) and part[1:-1] in files and part[0] == "{" else part


def _write_jobs(path: Path, jobs: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(jobs, ensure_ascii=False, indent=1), "utf-8")
    return path


def _run(command: list[str], cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:2])}: {done.stderr.strip() or done.stdout.strip()}")


def _node_folder(work: Path) -> Path:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else work / "npm"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules").is_dir():
        shutil.copy(HERE / "package.json", folder)
        _run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=folder)
    return folder


def _fill_with_openpyxl(job: dict[str, Any]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(job["source"])
    sheet = book.worksheets[0]
    for cell, text in job["cells"].items():
        sheet[cell].value = text
        sheet[cell].data_type = "s"
    if "meta" in job:
        old, new = job["meta"]
        pieces = [cell for cell in book["_meta"]["A"] if old in str(cell.value)]
        if not pieces:
            raise SystemExit(f"{job['target']}: {old} stands nowhere in _meta")
        for cell in pieces:
            cell.value = str(cell.value).replace(old, new)
    if "without" in job:
        del book[job["without"]]
    book.save(job["target"])


def _write_by_hand(sample: Sample, made: Path) -> None:
    """Files no office program made: a copy, a cut-off or empty file, a picture of a page, a small Word file."""
    target = _target(sample, made)
    source = next((p for p in made.rglob(sample.source) if sample.source), None)
    if sample.by == "copy" and source is not None:
        shutil.copy(source, target)
    elif sample.kind == "truncated" and source is not None:
        data = source.read_bytes()
        target.write_bytes(data[: len(data) * 3 // 5])
    elif sample.kind == "empty":
        target.write_bytes(b"")
    elif sample.kind == "jpg" and source is not None:
        _run(["pdftoppm", "-jpeg", "-r", "50", "-singlefile", str(source), str(target.with_suffix(""))])
    elif sample.kind == "docx":
        target.write_bytes(
            _word_file(("BÁO CÁO", "kết quả đăng ký xây dựng mô hình năm 2027", "1. Chi bộ Văn phòng: …"))
        )
    else:
        raise SystemExit(f"{sample.name}: nobody makes it")


def _word_file(lines: tuple[str, ...]) -> bytes:
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>'
    )
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
        f'2006/main"><w:body>{text}</w:body></w:document>'
    )
    parts = {"[Content_Types].xml": types, "_rels/.rels": rels, "word/document.xml": document}
    return _zip({name: content.encode() for name, content in parts.items()})


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


# -- laying down -------------------------------------------------------------------------------------------------------


def _settle(samples: list[Sample], made: Path) -> None:
    """Archives are closed, innermost first; then the batches replace the old ones."""
    for folder in sorted(made.rglob("*.zip.d"), key=lambda p: -len(p.parts)):
        members = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        shutil.rmtree(folder)
        folder.with_suffix("").write_bytes(_zip(members))
    for batch in BATCHES:
        target = SAMPLES / batch.folder
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for path in sorted((made / batch.folder).iterdir()):
            if path.stat().st_size > LIMIT and path.suffix != ".zip":
                print(f"large: {path.name} {path.stat().st_size}")
            shutil.copyfile(path, target / path.name)


def _expected(samples: list[Sample]) -> None:
    received = {b.folder: b.received.isoformat() for b in BATCHES}
    lines = ["\t".join(("batch", "file", "received", "state", "form", "unit", "person", "part", "codes", "cells"))]
    for sample in sorted(samples, key=lambda s: ([b.folder for b in BATCHES].index(s.batch), s.name)):
        codes = " ".join(sorted(code for code, _ in sample.findings))
        cells = " ".join(sorted(f"{code}@{cell}" for code, cell in sample.findings if cell))
        whose = (sample.form, sample.unit, sample.person, sample.part)
        row = (sample.batch, sample.name, received[sample.batch], sample.state, *whose, codes, cells)
        lines.append("\t".join(x or "-" for x in row))
    (SAMPLES / "expected.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def _rule(work: Path) -> None:
    """theo-doi.xlsx as the office saved it: the demo as far as that day, then filled in LibreOffice."""
    root = work / "ruled"
    demo.make_demo(root)
    with open_office(root, round_id=None, as_of=ISSUED_ON, who="samples") as office:
        for one in office.all:
            issuing.issue(one, progress=_quiet)
    for batch in BATCHES:
        if batch.taken_in <= demo.RULED_ON:
            demo.take_in(root, batch, progress=_quiet)
    with open_office(root, round_id=None, as_of=demo.RULED_ON, who="samples") as office:
        following.follow(office, ruling.take_decisions(office))
        steps = rulings.steps(office)
    job = {"source": str(root / STATUS), "target": str(SAMPLES / STATUS), "steps": steps}
    path = _write_jobs(work / "rulings.json", [job])
    _run([PYTHON_WITH_UNO, str(HERE / "fill_libreoffice.py"), str(path), LOCALES["lo-vi"], str(work / "profile-rule")])


if __name__ == "__main__":
    main()
