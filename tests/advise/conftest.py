"""A tiny invented office: a city with two districts, one town, a dozen units and a few rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.office import AREA_COLUMNS, ROUTE_COLUMNS, UNIT_COLUMNS, Office

PROFILE = """
[office]
name = "云川市信访局"
area = "云川市"
level = 3
unit = "云川市信访局"
[confidence]
department = 0.5
level = 0.5
"""
AREAS = """
江原省 省 4
云川市 市 3 江原省 云川
临江区 区 2 云川市 临江
青石区 区 2 云川市 青石
松涛街道 街道 1 临江区 松涛
老棉纺巷 小区 1 松涛街道
"""
UNITS = """
江原省纪委监委 纪检监察 4 江原省
云川市人民政府 其他 3 云川市 江原省纪委监委
云川市信访局 政务服务 3 云川市 云川市人民政府
云川市纪委监委 纪检监察 3 云川市 江原省纪委监委
云川市教育局 教育 3 云川市 云川市人民政府
云川市公安局 公安 3 云川市 云川市人民政府
云川市交警支队 公安 3 云川市 云川市公安局
临江区人民政府 其他 2 临江区 云川市人民政府 临江区政府
临江区纪委监委 纪检监察 2 临江区 云川市纪委监委
临江区教育局 教育 2 临江区 临江区人民政府 临江教育局;区教体局 临江区文教局 祝明远/局长
临江区城市管理局 城市管理 2 临江区 临江区人民政府 临江区城管局
青石区教育局 教育 2 青石区 云川市人民政府
松涛街道办事处 乡镇街道 1 松涛街道 临江区人民政府 松涛街道办
"""
ROUTES = """
R1 - - - - - - 0 校车 教育 0 公安 校车安全 测试
R2 - 教育文体 - - - 青石区 0 - 云川市教育局 0 - 试点 测试
"""


def table(columns: tuple[str, ...], text: str) -> str:
    rows = [columns]
    for line in text.strip().splitlines():
        cells = ["" if cell in ("-", "0") else cell.replace(";", "；") for cell in line.split()]
        rows.append((*cells, *[""] * (len(columns) - len(cells))))
    return "\n".join("\t".join(row) for row in rows) + "\n"


def write_office(folder: Path, *, areas: str = AREAS, units: str = UNITS, routes: str = ROUTES) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "office.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "areas.tsv").write_text(table(AREA_COLUMNS, areas), encoding="utf-8")
    (folder / "units.tsv").write_text(table(UNIT_COLUMNS, units), encoding="utf-8")
    (folder / "routes.tsv").write_text(table(ROUTE_COLUMNS, routes), encoding="utf-8")
    return folder


@pytest.fixture
def small_office(tmp_path: Path) -> Office:
    return Office.load(write_office(tmp_path / "office"))
