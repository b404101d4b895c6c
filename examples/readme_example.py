import numpy as np

import adcomp


@adcomp.gradient
def area(u):
    total = 0.0
    for i in range(1, len(u)):
        step = u[i] - u[i - 1]
        if step < 0.0:
            u[i] = u[i - 1] + step * step
        total += u[i]
    return total


print(area(np.array([1.0, 2.0, 1.5, 3.0, 2.5])))
print(area.source)
