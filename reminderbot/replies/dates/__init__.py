"""Reads the days that customers name: words become signs (`lexicon`, `lexemes`), signs become days (`grammar`)."""
