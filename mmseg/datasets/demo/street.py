"""Where things stand in a demo scene, and in which light: the street itself.

A city fixes the style (facades, trees, ground, camera car); each of its scenes has its own weather, road and traffic.
"""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from . import things
from .canvas import IGNORE, Canvas, Dice, rgb
from .things import ROAD, SIDEWALK, SKY, TERRAIN

FACADES = [rgb(.72, .62, .48), rgb(.6, .36, .27), rgb(.66, .66, .64), rgb(.8, .74, .64), rgb(.5, .44, .4),
           rgb(.56, .6, .66), rgb(.76, .54, .4)]
LEAVES = [rgb(.24, .42, .14), rgb(.32, .45, .17), rgb(.18, .36, .16), rgb(.46, .42, .14)]


def draw_scene(city: str, index: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw scene ``index`` of ``city``: an RGB image (H, W, 3) and its labels (H, W), both uint8."""
    street = Street(city, index, height, width)
    street.draw_sky()
    street.draw_ground()
    for side in (-1, 1):
        street.plan_lots(side)
        street.plan_sidewalk(side)
        street.plan_traffic(side)
    street.plan_walkers()
    street.paint()
    street.draw_hood()
    return street.photograph()


class Street:
    """One scene. Positions across the road are metres from its middle, which bends away with the distance."""

    def __init__(self, city: str, index: int, height: int, width: int) -> None:
        self.dice = dice = Dice(zlib.crc32(f'{city} {index}'.encode()))
        self.noise = dice.noise()
        self.things = []
        camera_height = self._choose_style(Dice(zlib.crc32(city.encode())))
        self.canvas = self._choose_light(height, width, camera_height)
        self.bend = dice.between(-.0022, .0022)
        self.kerb = dice.between(3.2, 4.8)
        self.border = self.kerb + dice.between(2.2, 3.8)
        self.crossing = dice.between(6, 13) if dice.chance(.5) else None

    def _choose_style(self, city: Dice) -> float:
        self.facades = [city.tint(city.pick(FACADES), .08) for _ in range(5)]
        self.leaves = [city.tint(city.pick(LEAVES), .03) for _ in range(3)]
        self.asphalt = city.tint(rgb(.33, .33, .34), .05)
        self.paving = city.tint(rgb(.58, .54, .5), .06)
        self.grass = city.tint(rgb(.36, .46, .18), .04)
        self.parks = city.between(.3, .6)  # share of lots without a house
        self.lawns = city.between(.1, .6)  # share of houses behind one
        self.storeys = city.between(2.5, 5.5)
        self.hood = city.between(.91, .97)  # where the camera car's bonnet begins, in shares of the height
        return city.between(1.5, 2.1)

    def _choose_light(self, height: int, width: int, camera_height: float) -> Canvas:
        dice = self.dice
        clear, dusk = dice.chance(.6), dice.chance(.25)
        x, y, z = dice.pick((-1, 1)) * dice.between(.4, 1.), dice.between(.35, 1.), dice.between(-.8, .2)
        length = float(np.sqrt(x * x + y * y + z * z))
        direct = dice.between(.6, .85) if clear else dice.between(.06, .26)
        self.darkness = .58 * direct  # of shadows
        self.tint = dice.tint(rgb(1., .88, .76) if dusk else rgb(.97, .98, .99), .05) * dice.between(.92, 1.15)
        self.zenith = dice.tint(rgb(.28, .48, .82) if clear else rgb(.66, .68, .72), .06)
        self.horizon = dice.tint(rgb(.95, .8, .68) if dusk else rgb(.82, .87, .92), .04)
        self.clouds = dice.between(.2, 1.)
        return Canvas(
            height, width, eye=(dice.between(.36, .64), dice.between(.38, .48)), camera_height=camera_height,
            sun=(x / length, y / length, z / length), ambient=.95 - direct * .62, direct=direct, haze=self.horizon,
            sight=dice.between(120, 500))

    def across(self, x: float, z: float) -> float:
        """World X of a position across the road."""
        return x + self.bend * z * z

    def plan(self, paint: Callable[..., None], depth: float, *arguments: Any) -> None:
        """Note a thing that is to be painted when all that is farther than ``depth`` has been."""
        self.things.append((depth, paint, arguments))

    def stand(
        self, paint: Callable[..., None], x: float, z: float, height: float, width: float, *arguments: Any,
    ) -> None:
        """Plan a thing that stands at (x, z), and lay its shadow on the ground."""
        x = self.across(x, z)
        self.shadow((x - width / 2, z), (x + width / 2, z), height)
        self.plan(paint, z, x, z, *arguments)

    def shadow(self, left: tuple[float, float], right: tuple[float, float], height: float) -> None:
        """Darken the ground where an upright wall between two points (x, z) keeps the sun off."""
        sun_x, sun_y, sun_z = self.canvas.sun
        reach = min(height / sun_y, 12.)
        (x0, z0), (x1, z1), dx, dz = left, right, -sun_x * reach, -sun_z * reach
        ground = [(x0, 0., z0), (x1, 0., z1), (x1 + dx, 0., max(z1 + dz, 1.)), (x0 + dx, 0., max(z0 + dz, 1.))]
        self.canvas.face(ground, rgb(.05, .06, .1), None, self.darkness, shade=False)

    def draw_sky(self) -> None:
        """A gradient with clouds that shrink towards the horizon."""
        canvas = self.canvas
        height, width = canvas.label.shape
        bottom = int(canvas.eye_y) + 2
        up = np.clip(1 - (np.arange(bottom)[:, None] + .5) / canvas.eye_y, 0, 1)
        far = 1 / (up + .12)
        x = (np.arange(width)[None, :] + .5) / height - 1
        cloud = np.clip(4 * self.noise.rough(x * far + 9, 2.5 * far + 3) - 2, 0, 1) * self.clouds
        sky = self.horizon + np.minimum(1.6 * up, 1) * (self.zenith - self.horizon)
        canvas.blend(np.s_[:bottom, :], np.ones(cloud.shape), sky + cloud * (.97 - sky), SKY)

    def draw_ground(self) -> None:
        """Grass, paving, kerb, asphalt and its markings, where the rays of the pixels meet the ground."""
        canvas, noise = self.canvas, self.noise
        height, width = canvas.label.shape
        top = int(canvas.eye_y) + 1
        metre = canvas.camera_height / (np.arange(top, height)[:, None] + .5 - canvas.eye_y)  # metres per pixel
        z = metre * canvas.focal
        x = (np.arange(width)[None, :] + .5 - canvas.eye_x) * metre - self.bend * z * z
        light = canvas.ambient + canvas.direct * canvas.sun[1]
        grain, patches = noise.rough(x * 2.5, z * 1.2), noise.rough(x * .3 + 9, z * .12)
        rough, worn = .7 + .35 * grain + .25 * patches, .4 + .5 * grain

        def layer(
                half: float, colour: np.ndarray, label: int | None, middle: float = 0., share: float | np.ndarray = 1.
        ) -> None:
            """A strip along the road and, by the symmetry of ``middle``, its mirror image."""
            alpha = np.clip((half - np.abs(np.abs(x) - middle)) / metre + .5, 0, 1) * share
            canvas.blend(np.s_[top:, :], alpha, canvas.far(colour * light, z), label)

        def repeat(value: np.ndarray, share: float) -> np.ndarray:
            return value - np.floor(value) < share

        layer(1e4, self.grass * (.55 + .6 * grain + .3 * patches), TERRAIN)
        layer(self.border, self.paving * rough * (1 - .15 * (repeat(x / .8, .07) | repeat(z / .8, .07))), SIDEWALK)
        layer(self.kerb + .18, self.paving * 1.2, SIDEWALK)
        layer(self.kerb, self.asphalt * rough, ROAD)
        layer(.08, things.WHITE, None, share=worn * repeat(z / 6, .5))
        layer(.07, things.WHITE, None, middle=self.kerb - .5, share=worn)
        if self.crossing:
            bars = (np.abs(z - self.crossing - 1.5) < 1.5) & repeat(x / 1.1, .5)
            layer(self.kerb - .4, things.WHITE, None, share=worn * bars)

    def plan_lots(self, side: int) -> None:
        """Houses and parks from the camera to where the haze takes over, and the woods behind them."""
        dice, noise = self.dice, self.noise
        z = dice.between(1.5, 5)
        while z < 90:
            end = z + dice.between(8, 18)
            if dice.chance(self.parks):
                self._plan_park(side, z, end)
            else:
                front = side * (self.border + (dice.between(1.5, 4.5) if dice.chance(self.lawns) else 0))
                near, far = (self.across(front, z), z), (self.across(front, end), end)
                height = 3.1 * int(dice.between(self.storeys - 1.5, self.storeys + 2.5)) + .6
                self.shadow(near, far, height)
                self.plan(things.building, end, noise, side, near, far, height, dice.tint(dice.pick(self.facades)))
            z = end + (dice.between(0, 4) if dice.chance(.5) else 0)
        for _ in range(8):
            x, size = side * dice.between(0, 110), dice.between(8, 20)
            self.plan(things.bush, 160., x, 160., noise, size, dice.pick(self.leaves))

    def _plan_park(self, side: int, z: float, end: float) -> None:
        dice = self.dice
        for _ in range(int(dice.between(1, 5))):
            x, depth = side * (self.border + dice.between(1.5, 10)), dice.between(max(z, 3.), end)
            colour = dice.pick(self.leaves)
            if depth > 5 and dice.chance(.7):
                height = dice.between(5, 10)
                self.stand(things.tree, x, depth, height, 2.5, self.noise, height, colour)
            else:
                self.stand(things.bush, x, depth, 1, 1.5, self.noise, dice.between(.7, 1.6), colour)

    def plan_sidewalk(self, side: int) -> None:
        """Lamps, signs, an avenue's trees, a bin."""
        dice = self.dice
        edge = side * (self.kerb + .45)
        z = dice.between(5.5, 12)
        while z < 32:
            self.stand(things.lamp, edge, z, 6, .3, side)
            z += dice.between(13, 20)
        for _ in range(int(dice.between(1, 3.5))):
            self.stand(things.sign, edge + side * dice.between(0, .6), dice.between(5, 15), 2.6, .5)
        z = dice.between(8, 18) if dice.chance(.4) else 60
        while z < 60:
            height = dice.between(4, 7)
            self.stand(things.tree, edge + side * .8, z, height, 2., self.noise, height, dice.pick(self.leaves))
            z += dice.between(7, 14)
        if dice.chance(.4):
            self.stand(things.litter_bin, edge + side * .3, dice.between(6, 18), .8, .6)

    def plan_traffic(self, side: int) -> None:
        """Parked cars at the kerb and moving ones in the lane; traffic keeps to the right."""
        dice = self.dice
        for x, share, gap in ((self.kerb - 1.1, .35, 6.), (self.kerb * .36, .25, 12.)):
            z = dice.between(5.5, 12)
            while z < 45:
                if dice.chance(share):
                    self.stand(things.car, side * x, z, 1.5, 1.8, side < 0)
                z += gap + dice.between(0, gap)

    def plan_walkers(self) -> None:
        """People on the sidewalks and on the crossing."""
        dice = self.dice
        for _ in range(int(dice.between(4, 10))):
            x = dice.pick((-1, 1)) * dice.between(self.kerb + .3, self.border + .3)
            self.stand(things.person, x, dice.between(4.5, 12), 1.7, .5)
        if self.crossing:
            for _ in range(int(dice.between(1, 5))):
                x, z = dice.between(-self.kerb, self.kerb), self.crossing + dice.between(.2, 2.8)
                self.stand(things.person, x, z, 1.7, .5)

    def paint(self) -> None:
        """Paint what was planned, the farthest first."""
        for _, paint, arguments in sorted(self.things, key=lambda thing: -thing[0]):
            paint(self.canvas, self.dice, *arguments)

    def draw_hood(self) -> None:
        """The camera car's own bonnet at the bottom: not labelled."""
        height, width = self.canvas.label.shape
        top = int(self.hood * height)
        x = (np.arange(width)[None, :] + .5) / width - .5
        below = (np.arange(top, height)[:, None] + .5) / height - self.hood - .16 * x * x
        colour = rgb(.1, .1, .11) + np.clip(below * 1.5, 0, .1) * self.horizon
        self.canvas.blend(np.s_[top:, :], np.clip(below * height, 0, 1), colour, IGNORE)

    def photograph(self) -> tuple[np.ndarray, np.ndarray]:
        blur, grain = self.dice.between(.2, 1.), self.dice.between(1., 4.)
        return self.canvas.develop(self.dice, self.tint, blur, grain), self.canvas.label
