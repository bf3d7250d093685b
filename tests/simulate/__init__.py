"""Simulates whole businesses over years, with the real program in the middle, and leaves evidence for the oracle."""
