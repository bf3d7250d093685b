"""Remembers: all SQL lives here."""
