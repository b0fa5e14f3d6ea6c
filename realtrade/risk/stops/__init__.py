"""One stop a file: where a position is given up, or taken home."""
