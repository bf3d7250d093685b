"""Screens; no rules."""
