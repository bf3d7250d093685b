"""`python -m reminderbot` is the same as the command `reminderbot`."""

from reminderbot.cli import main

if __name__ == "__main__":
    main()
