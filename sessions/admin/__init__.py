"""The admin of Work Groups, their sessions and the people in them."""

from sessions.admin import participants, sessions, work_groups

__all__ = ["participants", "sessions", "work_groups"]
