"""Ways to reach people when something happens; this version checks their settings."""
