"""Inference arguments: the features that spoke for an answer, named by what activates them.

Ours, after Kuwajima, Tanaka & Okutomi (2019), whose attributes are named by people. `contributions`
says which features count, `naming` what each is called, and `arguments` puts both together for the
study `verify`, which draws what should not fit itself.
"""
