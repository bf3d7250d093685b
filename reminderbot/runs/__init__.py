"""One file per scheduled job: gather, decide, apply, in that order."""
