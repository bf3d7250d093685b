"""Words out: final bytes to one recipient, an Outcome back."""
