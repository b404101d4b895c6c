"""Tangents and cotangents as values: hard zeros, structural tangents, projection, conversions, ties."""
