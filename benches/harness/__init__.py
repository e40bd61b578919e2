"""What `make bench` and `make bench-scale` are made of; `benches/run.py` starts it."""
