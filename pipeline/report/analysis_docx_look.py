"""How the Word file looks: fonts, sizes and line spacing of official documents, page numbers, texts for pictures."""

from __future__ import annotations

from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from pipeline.report.sheet import legal

BODY: Final = 28.0
FONTS: Final = {
    "title": "方正小标宋简体",
    "heading": "黑体",
    "second": "楷体_GB2312",
    "body": "仿宋_GB2312",
    "caption": "黑体",
    "small": "仿宋_GB2312",
    "cell": "仿宋_GB2312",
    "head": "黑体",
    "page": "宋体",
    "figure": "黑体",
}
SIZES: Final = {
    "title": 22.0,
    "heading": 16.0,
    "second": 16.0,
    "body": 16.0,
    "caption": 12.0,
    "small": 11.0,
    "cell": 10.5,
    "head": 10.5,
    "page": 14.0,
    "figure": 20.0,
}
_TWO_CHARACTERS: Final = "640"
_LATIN: Final = "Times New Roman"
_BLACK: Final = RGBColor(0, 0, 0)


def add_text(paragraph: Any, text: str, look: str, *, size: float | None = None) -> Any:
    """Add text to a paragraph in one of the looks of the document; return the run."""
    run = paragraph.add_run(legal(text))
    run.font.size = Pt(size or SIZES[look])
    _fonts(run._element.get_or_add_rPr(), FONTS[look])
    return run


def _fonts(properties: Any, east_asian: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for theme in [name for name in fonts.attrib if "Theme" in name]:
        del fonts.attrib[theme]
    for name, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), font)


def style_paragraph(
    paragraph: Any,
    *,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: bool = False,
    exact: float | None = BODY,
    keep: bool = False,
) -> Any:
    """Set a paragraph's alignment, its indent by two characters, exact line spacing in points; return it.

    Parameters
    ----------
    exact : float or None
        None: as high as its content, for pictures.
    keep : bool
        Keep it on the page of what follows.
    """
    shape = paragraph.paragraph_format
    shape.alignment = align
    shape.space_before = shape.space_after = Pt(0)
    shape.keep_with_next = keep
    shape.widow_control = True
    if exact is None:
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exact)
    if indent:
        distance = paragraph._p.get_or_add_pPr().get_or_add_ind()
        distance.set(qn("w:firstLineChars"), "200")
        distance.set(qn("w:firstLine"), _TWO_CHARACTERS)
    return paragraph


def set_styles(document: Any) -> None:
    """Make Word's own styles look as official documents do, so that its table of contents and outline work."""
    looks = (("Normal", "body", 0), ("Title", "title", 0), ("Heading 1", "heading", 8), ("Heading 2", "second", 4))
    for name, look, above in looks:
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(SIZES[look]), False, False
        style.font.color.rgb = _BLACK
        _fonts(style.element.get_or_add_rPr(), FONTS[look])
        shape = style.paragraph_format
        shape.space_before, shape.space_after = Pt(above), Pt(0)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(34 if name == "Title" else BODY)
        if name.startswith("Heading"):
            shape.keep_with_next = True
            shape.left_indent = Pt(0)
            style.element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
            style.element.pPr.ind.set(qn("w:firstLine"), _TWO_CHARACTERS)
    title = document.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    language = OxmlElement("w:lang")
    for name, value in (("val", "en-US"), ("eastAsia", "zh-CN")):
        language.set(qn(f"w:{name}"), value)
    document.styles["Normal"].element.get_or_add_rPr().append(language)


def number_pages(section: Any) -> None:
    """Put “— 1 —” at the foot of each page."""
    section.footer_distance = Pt(70)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_text(paragraph, "— ", "page")
    run = add_text(paragraph, "", "page")
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        run._element.append(part)
    add_text(paragraph, " —", "page")


def describe_picture(picture: Any, title: str, words: str) -> None:
    """Give a picture its title and the text that is read out in its place."""
    properties = picture._inline.docPr
    properties.set("title", legal(title))
    properties.set("descr", legal(words))
