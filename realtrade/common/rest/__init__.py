"""REST, as every exchange shares it: one careful request, what it came to, and what it costs."""
