"""Composition: the lists of everything that can happen, starting and stopping, the command line."""
