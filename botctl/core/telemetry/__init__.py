"""What is told to the outside: the names of the metrics, and how they are counted."""
