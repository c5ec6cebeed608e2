"""Spreadsheets of past participation: what stands in them, and what it means. No query is asked."""
