"""Projection of scalars."""
