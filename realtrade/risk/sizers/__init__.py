"""One sizer a file: how much a signal buys."""
