"""Two years of letters of an invented city, their matters and tasks: same seed, same rows. No sentence is anybody's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

AREAS = ("临江区", "青石区", "南浦新区", "白鹭县", "望山县")
TOWNS = {"临江区": "松涛街道", "青石区": "石桥街道", "南浦新区": "滨海街道", "白鹭县": "河口镇", "望山县": "柳坪镇"}
FIRST, LAST = date(2024, 11, 1), date(2026, 11, 23)
CHANNELS = ("网上信访", "来信", "来访", "电话")
MODEL = "default@3f2a9c"


@dataclass(frozen=True)
class Kind:
    """What letters are about: a category pair, topics, how urgent, how often."""

    l1: str
    l2: str
    topics: str
    department: str
    words: str
    urgency: int
    weight: int


KINDS = (
    Kind("城乡建设", "城市建设和市政管理", "", "城市管理局", "门前的路灯不亮，井盖松动", 2, 16),
    Kind("城乡建设", "住房保障与房地产", "房地产物业", "住房城乡建设局", "交房以后一直办不了证", 2, 13),
    Kind("城乡建设", "国有土地上房屋征收与补偿", "征地拆迁", "住房城乡建设局", "过渡费停发，安置房没有消息", 2, 8),
    Kind("劳动和社会保障", "工资福利", "劳动就业", "人力资源社会保障局", "完工后工钱一直没有结清", 3, 10),
    Kind("劳动和社会保障", "城镇职工社会保险", "劳动就业", "人力资源社会保障局", "单位没有按时缴社保", 2, 7),
    Kind("交通运输", "客货运输", "", "交通运输局", "公交改线以后要走很远", 1, 8),
    Kind("教育文体", "考试招生", "教育入学", "教育局", "划片调整，入学登记没有着落", 3, 6),
    Kind("环境保护", "环境污染", "环境污染", "生态环境局", "夜里气味刺鼻，窗户不敢开", 2, 9),
    Kind("国土资源", "土地征收", "征地拆迁；历史遗留", "自然资源局", "多年前征的地，补偿没有了结", 2, 6),
    Kind("农村农业", "村务管理", "涉农村集体", "农业农村局", "村里的账目没有公开", 2, 5),
    Kind("卫生计生", "医政监管", "医疗医保", "卫生健康局", "收费单和项目对不上", 2, 4),
    Kind("民政", "社会救助", "", "民政局", "救助申请没有回音", 2, 3),
    Kind("政法", "交通管理", "", "公安局", "路口的信号灯配时太短", 1, 5),
)
ACCUSED = Kind("纪检监察", "干部作风", "", "纪委监委", "密件内容不得外泄", 2, 0)


@dataclass(frozen=True)
class Wave:
    """A matter that many write about."""

    matter_id: str
    title: str
    kind: int
    area: str
    start: date
    end: date
    weekly: float
    people: int
    warning: int
    reason: str
    tried: str
    due: str


WAVES = (
    Wave(
        *("M-20261005-a1b2", "南浦新区碧湾花园一期交房两年未办证", 1, "南浦新区", date(2026, 10, 5), LAST, 13, 420, 2),
        "+2.0 人数多：“小区四百二十户都没有证”\n+1.5 增长快：近30天比之前多一倍\n+1.0 多次反映没有结果：“去年就反映过”",
        "2026年10月12日答复“正在协调”，没有时间表\n2026年11月2日住建部门约谈开发企业",
        "2026-12-05",
    ),
    Wave(
        *("M-20261102-c3d4", "望山县云岭产业园二期工地拖欠工资", 3, "望山县", date(2026, 11, 2), LAST, 9, 86, 2),
        "+2.5 涉及工资：“八十六个人三个月没发钱”\n+1.5 临近年关：“过年前要结清”\n+1.0 扬言集体行动：“再不解决一起去市里”",
        "",
        "2026-11-30",
    ),
    Wave(
        *("M-20250310-e5f6", "青石区铁西片区征收过渡费停发", 2, "青石区", date(2025, 3, 10), LAST, 4, 150, 1),
        "+1.5 时间长：“停了一年半”\n+1.0 多次反映没有结果：“每次都说在研究”",
        "2025年9月补发过三个月",
        "",
    ),
    Wave(
        *("M-20260801-0a0b", "白鹭县河口镇食品厂夜间排放异味", 7, "白鹭县", date(2026, 8, 1), LAST, 5, 0, 1),
        "+1.0 多人反映：12封来信说同一气味",
        "2026年9月环境执法检查一次，未见超标",
        "",
    ),
)


def _day_after(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def _row(dice: random.Random, number: int, day: date, kind: Kind, area: str, matter: str) -> dict[str, object]:
    answered = day + timedelta(days=dice.randint(3, 75) + 60 * (dice.random() < 0.06))
    accepted = day + timedelta(days=dice.randint(0, 18))
    registered = day + timedelta(days=dice.randint(0, 4))
    written = dice.random() < 0.985
    seen = dice.random() < 0.3
    return {
        "letter_id": f"XF{day:%Y%m%d}-{number:05d}",
        "title": kind.words[:10],
        "text": f"{area}{TOWNS.get(area, '')}：{kind.words}，请帮助解决。",
        "received_at": f"{day.isoformat()} {dice.randint(0, 23):02d}:{dice.randint(0, 59):02d}",
        "channel": dice.choices(CHANNELS, (60, 12, 8, 20))[0],
        "place": area,
        "purpose": dice.choices(("求决", "建议", "咨询"), (80, 12, 8))[0],
        "category_l1": kind.l1,
        "category_l2": kind.l2,
        "focus_topics": kind.topics,
        "urgency": min(4, kind.urgency + (dice.random() < 0.04) * 2),
        "department": kind.department,
        "unit": f"{area or '云川市'}{kind.department}",
        "located": f"江原省云川市{area}{TOWNS.get(area, '')}" if area else "",
        "sealed": False,
        "action": int(dice.random() < 0.25),
        "legacy": "历史遗留" in kind.topics,
        "needs_review": dice.random() < 0.45,
        "model_version": MODEL,
        "due_register": _day_after(day, 15),
        "due_accept": _day_after(day, 30),
        "due_result": _day_after(day, 90) if dice.random() < 0.8 else "",
        "matter_id": matter,
        "duplicate_of": "",
        "copy_kind": "",
        "addition": "",
        "registered_at": registered.isoformat() if registered <= LAST else "",
        "accepted_at": accepted.isoformat() if accepted <= LAST and written else "",
        "answered_at": answered.isoformat() if answered <= LAST and written else "",
        "returned_at": _day_after(day, 5) if dice.random() < 0.03 and day + timedelta(days=5) <= LAST else "",
        "handled_by": f"{area or '云川市'}{kind.department}",
        "handling_result": "",
        "confirmed": seen,
        "corrected": dice.choices(("", "category_l2", "unit", "category_l1；category_l2"), (85, 7, 6, 2))[0]
        if seen
        else "",
    }


def letters(per_week: int = 130, seed: int = 7) -> pd.DataFrame:
    """Return two years of letters."""
    dice = random.Random(seed)
    rows: list[dict[str, object]] = []
    day = FIRST
    while day <= LAST:
        today = dice.gauss(per_week / 7, 3) * (0.5 if day.weekday() > 4 else 1.2)
        for _ in range(max(0, round(today))):
            number = len(rows)
            kind = dice.choices(KINDS, [kind.weight for kind in KINDS])[0]
            area = dice.choices((*AREAS, ""), (34, 26, 18, 8, 7, 7))[0]
            matter = f"M-{day:%Y%m%d}-{number:04x}"
            row = _row(dice, number, day, kind, area, matter)
            if dice.random() < 0.05:
                row |= {"sealed": True, "purpose": "检举控告", "category_l1": ACCUSED.l1, "category_l2": ACCUSED.l2}
                row |= {"title": ACCUSED.words, "text": ACCUSED.words, "unit": "密件应去的单位", "focus_topics": ""}
                row |= {"handled_by": "密件应去的单位", "located": "江原省云川市密件所在地"}
            rows.append(row)
        for wave in WAVES:
            if wave.start <= day <= wave.end and dice.random() < wave.weekly / 7 - int(wave.weekly / 7):
                rows += _wave(dice, len(rows), day, wave, 1 + int(wave.weekly / 7))
            elif wave.start <= day <= wave.end:
                rows += _wave(dice, len(rows), day, wave, int(wave.weekly / 7))
        day += timedelta(days=1)
    return pd.DataFrame(rows)


def _wave(dice: random.Random, number: int, day: date, wave: Wave, many: int) -> list[dict[str, object]]:
    rows = []
    for at in range(many):
        row = _row(dice, number + at, day, KINDS[wave.kind], wave.area, wave.matter_id) | {"action": 1}
        if dice.random() < 0.25:
            row |= {"duplicate_of": "XF-前件", "copy_kind": dice.choice(("近似重复", "完全相同", "模板信"))}
        rows.append(row)
    return rows


def matters(found: pd.DataFrame) -> pd.DataFrame:
    """Return the matters of some letters, warned ones first."""
    waves = {wave.matter_id: wave for wave in WAVES}
    rows = []
    for matter_id, part in found.groupby("matter_id", sort=True):
        wave, first = waves.get(str(matter_id)), part.iloc[0]
        days = sorted(part["received_at"].str[:10])
        closed = bool(part["sealed"].all())
        recent = sum(day > (LAST - timedelta(days=30)).isoformat() for day in days)
        rows.append(
            {
                "matter_id": matter_id,
                "title": "密件类事项" if closed else wave.title if wave else f"{first['place']}{first['title']}",
                **{name: first[name] for name in ("category_l1", "category_l2", "focus_topics", "unit", "located")},
                "area": "" if closed else first["place"],
                "first": days[0],
                "last": days[-1],
                "letters": len(part),
                "distinct": int(part["duplicate_of"].eq("").sum()),
                "sealed": int(part["sealed"].sum()),
                "people": wave.people if wave else 0,
                "trend": "上升" if wave and wave.warning == 2 else "平稳" if wave else "新发",
                "recent": recent,
                "before": 0,
                "answered": int(part["answered_at"].ne("").sum()),
                "early_warning": wave.warning if wave else 0,
                "score": wave.warning * 2.0 + wave.weekly / 10 if wave else 0.0,
                "warning_reason": wave.reason if wave else "",
                "evidence": "",
                "tried": wave.tried if wave else "",
                "due": wave.due if wave else "",
                "age_days": (LAST - date.fromisoformat(days[0])).days,
            }
        )
    order = sorted(rows, key=lambda row: (-int(str(row["early_warning"])), -float(str(row["score"])), row["matter_id"]))
    return pd.DataFrame(order)


def tasks() -> pd.DataFrame:
    """Return the inventory."""
    names = ("matter_id", "leader", "measure", "due", "disposition", "result", "status", "updated_at")
    rows = (
        (
            "M-20261005-a1b2",
            "分管副市长",
            "协调补齐验收手续，分批办证",
            "2026-12-20",
            "合理",
            "",
            "办理中",
            "2026-11-10",
        ),
        (
            "M-20250310-e5f6",
            "青石区副区长",
            "核定欠发月份，年底前补发",
            "2026-10-31",
            "部分合理",
            "",
            "已到期",
            "2026-11-01",
        ),
        ("M-20260801-0a0b", "", "夜间加密监测一个月", "2026-12-31", "", "", "待交办", "2026-11-12"),
    )
    return pd.DataFrame(rows, columns=list(names))
