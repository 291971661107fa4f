"""How far an integer distribution is from the normal density of its own mean and variance."""

import numpy as np


def moments(density: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over the last axis; density (..., J), values (J,)."""
    total = density.sum(-1)
    mean = density @ values / total
    return mean, density @ values**2 / total - mean**2


def distance(density: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sup over j of |p(j) - normal density|, standard deviation), over the last axis."""
    mean, variance = moments(density, values)
    mean, variance = mean[..., None], variance[..., None]
    normal = np.exp(-((values - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    return np.abs(density - normal).max(-1), np.sqrt(variance[..., 0])
