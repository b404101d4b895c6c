"""Orbits and particles: hapsira, fbpic, spherical, quaternionic."""

import numpy as np

from ._case import Case, arguments, normal, writing

PLANET = 398600.4418


def near(*values, spread=0.01):
    """Numbers or arrays near those given; integers, flags and strings stay."""

    def make(rng):
        result = []
        for value in values:
            if isinstance(value, tuple):
                result.append(near(*value, spread=spread)(rng))
            elif isinstance(value, list):
                result.append(np.array(value) * (1.0 + spread * rng.normal(size=np.shape(value))))
            elif isinstance(value, float):
                result.append(value * (1.0 + spread * float(rng.normal())))
            else:
                result.append(value)
        return tuple(result)

    return make


state = ([7000.0, -12124.0, 1500.0], [2.6679, 4.6210, 1.1])
PAIR = ([7000.0, 0.1, 0.2], [0.1, 7.5, 0.3])
elements = (PLANET, 11000.0, 0.3, 0.5, 1.0, 0.7, 0.4)

HAPSIRA = [
    Case("hapsira.core.angles:E_to_M", near(0.8, 0.3)),
    Case("hapsira.core.angles:nu_to_E", near(0.8, 0.3)),
    Case("hapsira.core.angles:F_to_nu", near(0.8, 1.4)),
    Case("hapsira.core.angles:M_to_E", near(0.8, 0.3)),
    Case("hapsira.core.angles:M_to_F", near(0.8, 1.4)),
    Case("hapsira.core.angles:M_to_D", near(0.8)),
    Case("hapsira.core.angles:D_to_M", near(0.8)),
    Case("hapsira.core.angles:fp_angle", near(0.8, 0.3)),
    Case("hapsira._math.special:hyp2f1b", near(0.4)),
    Case("hapsira._math.special:stumpff_c2", near(0.4)),
    Case("hapsira._math.special:stumpff_c3", near(-0.4)),
    Case("hapsira.core.elements:eccentricity_vector", near(PLANET, *state)),
    Case("hapsira.core.elements:coe_rotation_matrix", near(0.5, 1.0, 0.7)),
    Case("hapsira.core.elements:coe2rv", near(*elements)),
    Case("hapsira.core.elements:coe2mee", near(*elements[1:])),
    Case("hapsira.core.elements:rv2coe", near(PLANET, *state)),
    Case("hapsira.core.elements:coe2rv_many", near(*([v] * 2 for v in elements))),
    Case("hapsira.core.util:rotation_matrix", near(0.4, 1)),
    Case("hapsira.core.util:spherical_to_cartesian", near([1.3, 0.4, 0.8])),
    Case("hapsira.core.perturbations:J2_perturbation",
         near(0.0, [7000.0, -12124.0, 1500.0, 2.6, 4.6, 1.1], PLANET, 1e-3, 6378.0)),
    Case("hapsira.core.perturbations:J3_perturbation",
         near(0.0, [7000.0, -12124.0, 1500.0, 2.6, 4.6, 1.1], PLANET, -2e-6, 6378.0)),
    Case("hapsira.core.perturbations:atmospheric_drag_exponential",
         near(0.0, [6600.0, -124.0, 1500.0, 2.6, 4.6, 1.1], PLANET, 6378.0, 2.2, 0.05, 8.5, 1.2)),
    Case("hapsira.core.propagation.base:func_twobody",
         near(0.0, [7000.0, -12124.0, 1500.0, 2.6, 4.6, 1.1], PLANET)),
    Case("hapsira.core.propagation.farnocchia:farnocchia_rv", near(PLANET, *state, 1500.0)),
    Case("hapsira.core.propagation.farnocchia:farnocchia_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.danby:danby", near(PLANET, *state, 1500.0)),
    Case("hapsira.core.propagation.danby:danby_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.gooding:gooding_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.markley:markley_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.markley:markley", near(PLANET, *state, 1500.0)),
    Case("hapsira.core.propagation.mikkola:mikkola_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.pimienta:pimienta_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.recseries:recseries_coe", near(*elements, 1500.0)),
    Case("hapsira.core.propagation.vallado:vallado", near(PLANET, *state, 1500.0, 40)),
    Case("hapsira.core.propagation.farnocchia:M_to_D_near_parabolic", near(0.3, 0.9999, spread=1e-5)),
    Case("hapsira.core.iod:izzo", near(PLANET, [15945.3, 10.0, 20.0], [12214.8, 10249.4, 30.0],
                                       4560.0, 0, True, True, 35, 1e-8), wrt=(0, 1, 2, 3)),
    Case("hapsira.core.iod:vallado", near(PLANET, [15945.3, 10.0, 20.0], [12214.8, 10249.4, 30.0],
                                          4560.0, 0, True, True, 100, 1e-8),
         wrt=(0, 1, 2, 3), refused="only through comparisons in a loop", note="a bisection for the time"),
    Case("hapsira.core.iod:_tof_equation_y", near(0.3, 0.8, 0.1, 0.4, 0)),
    Case("hapsira.core.maneuver:hohmann", near(PLANET, PAIR, 40000.0)),
    Case("hapsira.core.maneuver:bielliptic",
         near(PLANET, 80000.0, 40000.0, PAIR)),
    Case("hapsira.core.flybys:compute_flyby",
         near([40.3, 35.2, 1.0], [39.0, 10.0, 2.0], 1.3e8, 8e4, 0.6)),
    Case("hapsira.core.events:eclipse_function",
         near(PLANET, [6000.0, -2124.0, 1500.0, 2.6, 4.6, 1.1], [1e8, 2e7, 1e6], 6.9e5, 6378.0, True)),
    Case("hapsira.core.events:line_of_sight", near([7000.0, 100.0, 50.0], [100.0, 8000.0, 30.0], 6378.0)),
    Case("hapsira.core.spheroid_location:cartesian_to_ellipsoidal",
         near(6378.0, 6356.0, 3000.0, 4000.0, 3500.0, spread=1e-4)),
    Case("hapsira.core.spheroid_location:cartesian_cords", near(6378.0, 6356.0, 0.4, 0.7, 1.2)),
    Case("hapsira.core.sensors:ground_range_diff_at_azimuth",
         near(800.0, 0.43, 0.2, 0.6, 0.3, 0.2, 6378.0)),
    Case("hapsira.core.czml_utils:intersection_ellipsoid_line",
         near(9000.0, 100.0, 200.0, -1.0, 0.02, 0.03, 6378.0, 6378.0, 6356.0)),
    Case("hapsira.core.earth_atmosphere.util:geopotential_to_geometric", near(100.0, 6356.0)),
    Case("hapsira.core.fixed:moon_rot_elements_at_epoch", near(0.2, 7305.0)),
    Case("hapsira.core.fixed:mars_rot_elements_at_epoch", near(0.2, 7305.0)),
]

SHAPES = "fbpic.particles.deposition.particle_shapes"
ELEMENTARY = "fbpic.particles.elementary_process"
fourteen = [2.0, 1.0, 3.0, 0.3, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]

FBPIC = [
    Case(f"{SHAPES}:Sz_cubic", near(4.3, 2)),
    Case(f"{SHAPES}:Sr_cubic", near(4.3, 1, 1.0, 0.1)),
    Case(f"{SHAPES}:Sr_linear", near(4.3, 1, 1.0, 0.1)),
    Case("fbpic.particles.push.inline_functions:push_p_vay", near(*fourteen, 0.7, 0.2)),
    Case("fbpic.particles.push.numba_methods:push_p_vay", near(*fourteen, 0.7, 0.2)),
    Case(f"{ELEMENTARY}.ionization.inline_functions:get_E_amplitude",
         near(0.4, 0.6, 1.3, 2.0, 0.3, 0.4, 0.5, 0.2, 0.9)),
    Case(f"{ELEMENTARY}.compton.inline_functions:lorentz_transform",
         near(3.0, 1.0, 0.4, 0.6, 1.5, 0.7, 0.6, 0.0, 0.8)),
    Case(f"{ELEMENTARY}.compton.inline_functions:get_photon_density_gaussian",
         near(0.3, 0.2, 0.5, 0.4, 2.0, 0.7, 0.3, 0.8, 0.2, 0.3)),
    Case(f"{ELEMENTARY}.synchrotron.inline_functions:get_angles", near(0.4, 0.6, 1.3)),
]


def unit(rng):
    z = rng.normal() + 1j * rng.normal()
    return complex(z / abs(z))


def quaternion(rng):
    q = rng.normal(size=4)
    return q / np.linalg.norm(q)


def phases(rng):
    return np.array([[unit(rng) for _ in range(3)] for _ in range(2)])


def scaled(f):
    def result(w):
        v = w.copy()
        f(v, 1, 4)
        return v

    return result


SPHERICAL = [
    Case("spherical.recursions.wigner3j:normalize", arguments(normal(6)), scaled),
    Case("spherical.recursions:quaternion_angles", arguments(quaternion)),
    Case("spherical.recursions.complex_powers:_complex_powers",
         arguments(lambda rng: np.array([unit(rng), unit(rng)]), 4),
         writing((2, 5), complex, given=2)),
    Case("spherical.utilities.mode_conversions:vector_as_ell_1_modes", arguments(normal(3))),
    Case("spherical.utilities.mode_conversions:vector_from_ell_1_modes",
         arguments(lambda rng: rng.normal(size=3) + 1j * rng.normal(size=3))),
    Case("spherical.utilities.operators:eth_GHP",
         arguments(lambda rng: rng.normal(size=9) + 1j * rng.normal(size=9), -1, 0)),
    Case("spherical.utilities.operators:ethbar_inverse_NP",
         arguments(lambda rng: rng.normal(size=9) + 1j * rng.normal(size=9), -1, 0)),
]


QUATERNIONIC = [
    Case("quaternionic.converters:_from_euler_phases", arguments(phases), writing((2, 4), first=True)),
    Case("quaternionic.converters:_to_euler_phases", arguments(quaternion), writing((3,), complex)),
    Case("quaternionic.alignment:_construct_S",
         arguments(normal(6, 3), normal(6, 3), normal(6, positive=True)),
         writing((3, 3), first=True, given=3)),
]

CASES = [*HAPSIRA, *FBPIC, *SPHERICAL, *QUATERNIONIC]
