"""What goes wrong on a stream. Messages name hosts and facts, never paths, queries or keys."""

from __future__ import annotations


class StreamError(Exception):
    """A stream cannot do what it was asked to."""


class ConnectionLost(StreamError):
    """The connection cannot be made or is of no use any more; another one may be."""


class SubscriptionRefused(StreamError):
    """The exchange said no to a subscription, and why."""
