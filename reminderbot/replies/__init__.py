"""Reads: bytes and text in, an Understanding out; pure."""
