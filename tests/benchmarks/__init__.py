"""Measurements, one JSON line each: `make bench` runs them all."""
