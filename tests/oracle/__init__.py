"""An oracle of its own: judges a run by what the servers received and by the journal, knowing nothing of the engine."""
