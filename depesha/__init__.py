"""Depesha: a messenger for institutions over the Matrix protocol."""
