"""Definitions of providers, made from a request and its answer."""
