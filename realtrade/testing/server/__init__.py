"""The simulated exchange's HTTP server: a thread of its own, a log of requests, armed faults."""
