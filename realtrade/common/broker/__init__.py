"""The parts of `BaseBroker`: its tickets, listings, names, voice, and doors to venues."""
