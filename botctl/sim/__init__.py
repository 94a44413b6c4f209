"""The simulated world: chain, nodes and database behind the real ports, all from one seed.

The real flows run on it, with faults between any two port calls; checkers look at the whole history.
Nothing here reads a clock, a network, a file or an environment: a seed says everything.
"""
