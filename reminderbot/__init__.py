"""reminderbot: courteous payment reminders that stop when a person is needed."""

__version__ = "0.1.0"
