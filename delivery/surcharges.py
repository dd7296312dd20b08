"""What keeps couriers where they are and where they know the way: metres charged for going elsewhere.

They steer the search only and are no part of a reported distance. Vans with the same charges share a profile
(a distance matrix of the solver).
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from delivery.itinerary import Job, Van
from delivery.travel import IntMatrix

# Each further profile is a pair of matrices: how much memory they may take together.
PROFILE_BYTES = 300_000_000
# The number of a profile, and what each job costs more in it.
Surcharge = tuple[int, IntMatrix]


def surcharges(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    per_stranger: int,
    per_unfamiliar: int,
    couriers: Mapping[int, int],
) -> dict[int, Surcharge]:
    """For each van the number of its profile, and what each job costs more there than with others.

    With many vans and stops neighbouring couriers share a profile, so that all of them fit into memory.
    """
    known = {van.key for van in vans}
    charges = {van.key: np.zeros(len(jobs), dtype=np.int64) for van in vans}
    for number, job in enumerate(jobs):
        courier = couriers.get(job.key)
        for van in vans:
            if courier in known and courier != van.key:
                charges[van.key][number] += per_stranger
            if job.area and van.areas and job.area not in van.areas:
                charges[van.key][number] += per_unfamiliar
    most = max(1, PROFILE_BYTES // (16 * (len(jobs) + 1) ** 2))
    groups = _alike(jobs, vans, charges, couriers)
    if len(groups) > most:
        groups = [list(part) for part in np.array_split(np.array(list(chain.from_iterable(groups))), most)]
    return {
        key: (number, np.min([charges[each] for each in group], axis=0))
        for number, group in enumerate(groups)
        for key in map(int, group)
    }


def _alike(
    jobs: Sequence[Job], vans: Sequence[Van], charges: Mapping[int, IntMatrix], couriers: Mapping[int, int]
) -> list[list[int]]:
    """Keys of vans with the same charges, in the order in which their stops lie around the middle."""
    groups: dict[bytes, list[int]] = {}
    for van in vans:
        groups.setdefault(charges[van.key].tobytes(), []).append(van.key)
    points: dict[int, list[complex]] = {}
    for job in jobs:
        if job.key in couriers:
            points.setdefault(couriers[job.key], []).append(complex(job.place.longitude, job.place.latitude))
    everything = [point for some in points.values() for point in some] or [0j]
    middle = sum(everything) / len(everything)
    angle = {key: float(np.angle(sum(some) / len(some) - middle)) for key, some in points.items()}
    return sorted(groups.values(), key=lambda group: angle.get(group[0], 0.0))


def charged(distance_m: IntMatrix, charge: IntMatrix) -> IntMatrix:
    """Charge each way to a job; the way on from it is free of charge."""
    if not charge.any():
        return distance_m
    charged = distance_m.copy()
    charged[:, : len(charge)] += charge
    np.fill_diagonal(charged, 0)
    return charged
