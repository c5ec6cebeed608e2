"""The words of a session, for templates: ``{{ session|when }}``."""

from django import template

from sessions import words

register = template.Library()

register.filter("when", words.when)
register.filter("where", words.where)
register.filter("day_words", words.day_words)
register.filter("time_words", words.time_words)
register.filter("number_words", words.number_words)
