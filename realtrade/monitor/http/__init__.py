"""The monitor over HTTP: health for probes, metrics for Prometheus, a live page for people."""
