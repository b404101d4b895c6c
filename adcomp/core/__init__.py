"""Core: the intermediate representation that every part of adcomp shares."""
