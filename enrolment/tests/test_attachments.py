"""Files that go with a message: what their names say, small, few, and no programs."""

import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from enrolment.forms.attachments import LARGEST, MOST_FILES, FilesField, attachment_of

PDF = b"%PDF-1.7\n%%EOF"


def file(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def office(*names: str) -> bytes:
    """A document whose parts have these names."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        for name in names:
            parts.writestr(name, "<x/>")
    return packed.getvalue()


def strange_names() -> bytes:
    """One that says its names are UTF-8 and lies."""
    return office("word/é.xml").replace("é".encode(), b"\xff\xff")


def of_a_later_day() -> bytes:
    """One that asks for a newer version of the format than there is."""
    packed = bytearray(office("word/document.xml"))
    packed[packed.find(b"PK\x01\x02") + 6] = 99
    return bytes(packed)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("Plan.PDF", PDF, "application/pdf"),
        ("plan.docx", office("word/document.xml"), "wordprocessingml.document"),
        ("plan.pptx", office("ppt/presentation.xml"), "presentationml.presentation"),
        ("plan.xlsx", office("xl/workbook.xml"), "spreadsheetml.sheet"),
        ("photo.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff...", "image/jpeg"),
    ],
)
def test_a_file_is_taken_by_what_is_in_it(name: str, content: bytes, content_type: str) -> None:
    kept = attachment_of(file(name, content))
    assert (kept[0], kept[2]) == (name, content)
    assert kept[1].endswith(content_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", b""),
        ("page.html", b"<script>"),
        ("tool.exe", b"MZ"),
        ("plan", PDF),
        ("page.pdf", b"<html>"),
        ("plan.docx", PDF),
        ("plan.docx", b"PK\x03\x04 broken"),
        ("plan.docx", office("xl/workbook.xml")),
        ("plan.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("plan.docx", office("word/document.xml", "word/VBAPROJECT.BIN")),
        ("plan.docx", strange_names()),
        ("plan.docx", of_a_later_day()),
        ("plan.docm", office("word/document.xml")),
        ("photo.svg", b"<svg onload=alert(1)>"),
        ("big.pdf", PDF + b" " * LARGEST),
        (f"{'a' * 120}.pdf", PDF),
    ],
)
def test_any_other_is_refused_in_words_that_name_it(name: str, content: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        attachment_of(file(name, content))
    assert name[:30] in refused.value.message


def test_the_name_is_without_its_folders() -> None:
    assert attachment_of(file("C:\\fakepath\\plan.pdf"))[0] == "plan.pdf"


def test_more_than_three_are_too_many() -> None:
    field = FilesField()
    assert field.clean([]) == field.clean(None) == []
    assert len(field.clean([file("a.pdf") for _ in range(MOST_FILES)])) == MOST_FILES
    with pytest.raises(ValidationError, match="3 files at most"):
        field.clean([file("a.pdf") for _ in range(MOST_FILES + 1)])


@given(name=st.text(max_size=40), content=st.binary(max_size=60))
def test_whatever_is_chosen_is_taken_or_refused(name: str, content: bytes) -> None:
    upload = file("x", content or b"x")
    upload._name = name
    try:
        kept_name, kept_type, kept = attachment_of(upload)
    except ValidationError:
        return
    assert "/" not in kept_name
    assert kept.startswith((b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff"))
    assert "html" not in kept_type
