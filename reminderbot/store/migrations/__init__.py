"""One file in `versions/` for each shape the store has had; alembic walks from one to the next."""
