"""Spreadsheets of past participation: chosen, explained, looked at, loaded, perhaps undone."""

from enrolment.admin.spreadsheets.files import HistoryImportAdmin

__all__ = ["HistoryImportAdmin"]
