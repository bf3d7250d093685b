"""What is printed: statements and case files as PDF, and the archive that holds them with their hashes."""
