# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of families, and an object from a seed."""

from collections.abc import Callable

import numpy as np

from training.objects import creatures, figures, food, furniture, outdoors, things, vessels
from training.objects.builder import Builder, SolidObject

Family = Callable[[Builder, np.random.Generator], None]

FAMILIES: tuple[Family, ...] = (
    vessels.teapot, vessels.kettle, vessels.mug, vessels.vase, vessels.bottle, vessels.lamp, vessels.desk_lamp,
    vessels.barrel, vessels.can, vessels.bowl, vessels.watering_can, vessels.goblet, vessels.candle,
    food.hamburger, food.cake, food.ice_cream, food.fruit, food.doughnut, food.cupcake, food.hot_dog,
    furniture.chair, furniture.armchair, furniture.table, furniture.stool, furniture.cupboard, furniture.bed,
    furniture.crate, furniture.clock, furniture.screen,
    figures.robot, figures.toy_person, creatures.animal, creatures.sitting_animal, creatures.bird,
    creatures.snowman, creatures.fish,
    outdoors.car, outdoors.truck, outdoors.train, outdoors.aeroplane, outdoors.boat, outdoors.house, outdoors.tower,
    outdoors.tree, outdoors.mushroom, outdoors.cactus, outdoors.flower,
    things.sword, things.hammer, things.key, things.gear, things.star, things.bust, things.ball_stack, things.blocks,
    things.camera, things.guitar, things.shoe, things.rocket, things.umbrella, things.headphones, things.dumbbell,
)  # fmt: skip
WEIGHTS = {
    "teapot": 2.5, "hamburger": 2.0, "robot": 2.5, "toy_person": 2.5, "chair": 2.5, "animal": 1.6,
    "sitting_animal": 1.5,
    "umbrella": 0.4, "key": 0.5, "sword": 0.5, "hammer": 0.6, "dumbbell": 0.5,
}  # fmt: skip
"""How often a family comes up against 1 for the others: more for those that vary most."""


def family_chances() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of each family, in the order of FAMILIES; they add up to 1."""
    weights = np.array([WEIGHTS.get(family.__name__, 1.0) for family in FAMILIES])
    return np.asarray(weights / weights.sum())


def make_object(seed: int) -> SolidObject:
    """The object of a seed, always the same one, in its own space (Z up, front towards +X)."""
    rng = np.random.default_rng([1, seed])
    family = FAMILIES[rng.choice(len(FAMILIES), p=family_chances())]
    builder = Builder()
    family(builder, rng)
    return builder.finish(family.__name__)
