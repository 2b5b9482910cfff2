"""Plots as inline SVG, one function per plot."""
