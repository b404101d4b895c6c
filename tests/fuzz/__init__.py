"""Random programs, differentiated and compared with differences: `python -m tests.fuzz`, `make fuzz`."""
