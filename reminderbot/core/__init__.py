"""Thinks: values in, values out. No disk, network, clock, log or database."""
