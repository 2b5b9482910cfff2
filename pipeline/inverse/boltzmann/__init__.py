"""Boltzmann machines of visible units: one file for the machine, its moments, how it is learned."""
