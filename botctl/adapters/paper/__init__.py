"""The paper venue: real data, real signed bytes, simulated fills in a book of our own."""
