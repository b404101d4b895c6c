"""Checkpointed loops that can't be, and states that change."""

import numpy as np

from adcomp import checkpointed, gradient


@gradient
def shrinks(x, n):
    u = x
    for i in checkpointed(range(n), snapshots=3):
        u = np.sin(u[1:]) if i > 2 else np.sin(u)
    return np.sum(u)


def case_shape():
    shrinks(np.ones(8), 6)


@gradient
def draws(x, n):
    for _ in checkpointed(range(n), snapshots=3):
        x = x * np.random.normal() * x
    return x


def case_random():
    draws(0.5, 3)


@gradient
def shares(x, k):
    u = x.copy()
    w = u[::k]
    for _ in checkpointed(range(3)):
        w[1] = u[0] * u[1]
    return np.sum(u)


def case_two_names():
    shares(np.ones(4), 2)


@gradient
def leaves_an_array(x, n):
    for _ in checkpointed(range(n)):
        w = np.sin(x) * x
        x = w * w
    return np.sum(w * x)


def case_assigned_first():
    leaves_an_array(np.ones(3), 2)


def descend(x, n):
    return x if n == 0 else np.sin(descend(x, n - 1))


@gradient
def calls_itself(x, n):
    for _ in checkpointed(range(n)):
        x = x * descend(x, 2)
    return x


def case_recursion():
    calls_itself(0.5, 2)


@gradient
def elsewhere(x, n):
    steps = checkpointed(range(n))
    for _ in steps:
        x = x * x
    return x


def case_elsewhere():
    elsewhere(0.5, 2)


@gradient
def in_a_tuple(x):
    for k in checkpointed((1, 2)):
        x = x * x * k
    return x


def case_tuple():
    in_a_tuple(0.5)


@gradient
def both(x, n):
    for _ in checkpointed(range(n), snapshots=2, bytes=100):
        x = x * x
    return x


def case_both():
    both(0.5, 2)
