"""Where arrays lie relative to each other."""

from numba import njit

PAGE = 4096


@njit(error_model="numpy")
def row_pitch(n):
    """The length of a row of `n` float64 such that rows lie apart by about half a page, mod a page.

    Processors compare the addresses of loads and of pending stores by their last twelve bits
    first. A loop over two arrays that lie almost a multiple of a page apart stalls on
    dependences that do not exist: neighbouring rows of 1000 numbers are such a case, and cost a
    stencil up to half its speed.
    """
    pitch = (n + 7) // 8 * 8
    while not PAGE // 4 <= pitch * 8 % PAGE <= 3 * PAGE // 4:
        pitch += 8
    return pitch
