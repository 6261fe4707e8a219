"""The parts of second-opinion.py, each written from a section of docs/FORMAT.md."""
