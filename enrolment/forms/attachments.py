"""Files that go with a message: a few, small, of the kinds that schools can open, and no programs."""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

MOST_FILES = 3
LARGEST = 2 * 1024 * 1024  # bytes
LONGEST_NAME = 100  # characters
OFFICE = "application/vnd.openxmlformats-officedocument"
MACROS = "vbaproject.bin"


@dataclass(frozen=True)
class FileType:
    """A kind of file: how it begins, and what an office document must hold."""

    content_type: str
    begins: bytes
    holds: str = ""


TYPES = {
    ".pdf": FileType("application/pdf", b"%PDF-"),
    ".docx": FileType(f"{OFFICE}.wordprocessingml.document", b"PK\x03\x04", "word/"),
    ".pptx": FileType(f"{OFFICE}.presentationml.presentation", b"PK\x03\x04", "ppt/"),
    ".xlsx": FileType(f"{OFFICE}.spreadsheetml.sheet", b"PK\x03\x04", "xl/"),
    ".png": FileType("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": FileType("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": FileType("image/jpeg", b"\xff\xd8\xff"),
}
WORDS = "PDF, Word, PowerPoint, Excel, PNG or JPEG; up to 3 files of 2 MB"
CHOOSE_AGAIN = "Choose your files once more: a browser lets go of them when a page comes back."
Attachment = tuple[str, str, bytes]
"""Name, content type, content."""


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Any number of files, cleaned to attachments. Each is what its name says, or refused."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        accept = {"accept": ",".join(TYPES)}
        super().__init__(required=False, widget=FilesInput(attrs=accept), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Attachment]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_FILES:
            raise ValidationError(f"Choose {MOST_FILES} files at most.")
        return [attachment_of(file) for file in files]


def attachment_of(file: UploadedFile) -> Attachment:
    """The file as it is sent; raises ``ValidationError`` with a sentence that names it."""
    name = PurePath((file.name or "").replace("\\", "/")).name
    kind = TYPES.get(PurePath(name).suffix.casefold())
    if kind is None:
        raise ValidationError(f"“{name}” can’t be sent. {WORDS} can.")
    if len(name) > LONGEST_NAME:
        raise ValidationError(f"Give “{name[:30]}…” a shorter name.")
    if not file.size:
        raise ValidationError(f"“{name}” is empty. Save it once more, and choose it again.")
    if file.size > LARGEST:
        raise ValidationError(f"“{name}” is larger than 2 MB. Put it online and write its address.")
    content: bytes = file.read()
    if not content.startswith(kind.begins) or not _holds(content, kind.holds):
        raise ValidationError(
            f"“{name}” is not what its name says. Save it once more, as a file without macros, "
            "and choose it again."
        )
    return name, kind.content_type, content


def _holds(content: bytes, folder: str) -> bool:
    """Whether the parts of an office document lie in the folder of its kind, and no macros."""
    if not folder:
        return True
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):  # or of a kind of its own
        return False
    return any(name.startswith(folder) for name in names) and not any(
        name.casefold().endswith(MACROS) for name in names
    )
