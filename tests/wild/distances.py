"""Distances between vectors: umap-learn, pynndescent, fastdist."""

import numpy as np

from ._case import Case, arguments, normal, p5, plus, q5, x5, y5


def matrix(rng):
    a = rng.normal(size=(5, 5))
    return a @ a.T + np.eye(5)


def angles(rng):
    return rng.uniform(-1.0, 1.0, size=2)


def ball(rng):
    return rng.uniform(-0.4, 0.4, size=3)


plain, counts = arguments(x5, y5), arguments(p5, q5)

UMAP = [
    Case("umap.distances:euclidean", plain),
    Case("umap.distances:standardised_euclidean", arguments(x5, y5, p5)),
    Case("umap.distances:manhattan", plain),
    Case("umap.distances:chebyshev", plain),
    Case("umap.distances:minkowski", arguments(x5, y5, 3.0)),
    Case("umap.distances:weighted_minkowski", arguments(x5, y5, p5, 2.5)),
    Case("umap.distances:poincare", arguments(ball, ball)),
    Case("umap.distances:mahalanobis_f64", arguments(x5, y5, matrix)),
    Case("umap.distances:canberra", plain),
    Case("umap.distances:bray_curtis", counts),
    Case("umap.distances:haversine", arguments(angles, angles)),
    Case("umap.distances:cosine", plain),
    Case("umap.distances:correlation", plain),
    Case("umap.distances:hellinger", counts),
    Case("umap.distances:softmax_hellinger", plain),
    Case("umap.distances:approx_log_Gamma", arguments(plus)),
    Case("umap.distances:log_beta", arguments(plus, plus)),
    Case("umap.distances:ll_dirichlet", counts),
    Case("umap.distances:symmetric_kl", counts),
    Case("umap.distances:euclidean_grad", plain, rounds=True),
    Case("umap.distances:symmetric_kl_grad", counts, rounds=True),
    Case("umap.distances:correlation_grad", plain, rounds=True),
    Case("umap.distances:gaussian_energy_grad", arguments(p5, q5), rounds=True),
    Case("umap.distances:spherical_gaussian_energy_grad", arguments(normal(3), normal(3)), rounds=True),
]

PYNNDESCENT = [
    Case("pynndescent.distances:squared_euclidean", plain, rounds=True),
    Case("pynndescent.distances:minkowski", arguments(x5, y5, 3.0)),
    Case("pynndescent.distances:mahalanobis", arguments(x5, y5, matrix), rounds=True),
    Case("pynndescent.distances:canberra", plain),
    Case("pynndescent.distances:bray_curtis", plain),
    Case("pynndescent.distances:haversine", arguments(angles, angles)),
    Case("pynndescent.distances:cosine", plain),
    Case("pynndescent.distances:alternative_cosine", counts, rounds=True),
    Case("pynndescent.distances:true_angular", plain),
    Case("pynndescent.distances:tsss", plain),
    Case("pynndescent.distances:correlation", plain),
    Case("pynndescent.distances:hellinger", counts, rounds=True),
    Case("pynndescent.distances:alternative_hellinger", counts, rounds=True),
    Case("pynndescent.distances:jensen_shannon_divergence", counts),
    Case("pynndescent.distances:symmetric_kl_divergence", counts),
    Case("pynndescent.distances:wasserstein_1d", arguments(p5, q5, 2.0)),
    Case("pynndescent.distances:circular_kantorovich", arguments(p5, q5, 2)),
    Case("pynndescent.distances:proxy_inner_product", counts, rounds=True),
    Case("pynndescent.distances:spearmanr", plain, refused="only through comparisons",
         note="ranks"),
    Case("pynndescent.distances:sinkhorn", arguments(p5, q5, normal(5, 5, positive=True), 1.0)),
    Case("pynndescent.distances:kantorovich", arguments(p5, q5, normal(5, 5, positive=True)),
         refused="append", note="typed lists and objects"),
]

FASTDIST = [
    Case("fastdist.fastdist:braycurtis", arguments(p5, q5, p5)),
    Case("fastdist.fastdist:canberra", arguments(p5, q5, p5)),
    Case("fastdist.fastdist:chebyshev", arguments(x5, y5, p5)),
    Case("fastdist.fastdist:correlation", arguments(x5, y5, p5)),
    Case("fastdist.fastdist:cosine", arguments(x5, y5, p5)),
    Case("fastdist.fastdist:cosine_matrix_to_matrix", arguments(normal(4, 3), normal(3, 3))),
    Case("fastdist.fastdist:cosine_pairwise_distance", arguments(normal(4, 3), True),
         refused="a list comprehension", note="a list of pairs from two loops"),
    Case("fastdist.fastdist:jensenshannon", arguments(p5, q5, 2.0)),
    Case("fastdist.fastdist:mahalanobis", arguments(x5, y5, matrix)),
    Case("fastdist.fastdist:seuclidean", arguments(x5, y5, p5)),
    Case("fastdist.fastdist:variance", arguments(x5, p5)),
    Case("fastdist.fastdist:r2_score", plain),
    Case("fastdist.fastdist:explained_variance_score", plain),
    Case("fastdist.fastdist:mean_squared_log_error", counts),
    Case("fastdist.fastdist:median_absolute_error", plain),
    Case("fastdist.fastdist:mean_squared_error", arguments(x5, y5, p5, False)),
]

CASES = [*UMAP, *PYNNDESCENT, *FASTDIST]
