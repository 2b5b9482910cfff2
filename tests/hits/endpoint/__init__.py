"""Tests of the endpoint and the worker site, over real HTTP."""
