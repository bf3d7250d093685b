"""Facts in: one file per source, each hands over a Snapshot."""
