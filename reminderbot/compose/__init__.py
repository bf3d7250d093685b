"""Writes: facts become a letter, a letter becomes final bytes."""
