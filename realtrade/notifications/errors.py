"""What goes wrong while telling people."""

from __future__ import annotations


class NotDelivered(Exception):
    """A service did not take a message; the text holds no secret."""
