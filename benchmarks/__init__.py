"""How fast and how large reminderbot is, as ratios measured in one run; `python -m benchmarks` prints them."""
