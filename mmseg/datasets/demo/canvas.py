"""A small painter of 3D scenes that gives the same pixels on every machine.

Flat polygons (:meth:`Canvas.face`) and round bodies (:meth:`Canvas.ball`) are painted from far to near, each with its
label, as a pinhole camera above a road sees them, under one sun and through haze, lens and sensor.

Only operations that IEEE 754 rounds exactly are used (+ - * / sqrt, floor, comparisons), and of ``RandomState`` only
``random_sample``, whose stream numpy has frozen: no sin, exp or pow, no sums, no drawing library. So a hash of the
pixels can be tested, and two users who compare results have trained on the same pictures.

World coordinates are metres: X to the right, Y up from the road, Z ahead. Colours are RGB in 0..1 with the channel
first, (3, 1, 1) or (3, h, w), so that they multiply with maps (h, w) as they are.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

IGNORE = 255
Point = tuple[float, float, float]
Part = tuple[slice, slice]
Option = TypeVar('Option')


def rgb(red: float, green: float, blue: float) -> np.ndarray:
    """A colour, (3, 1, 1)."""
    return np.array((red, green, blue)).reshape(3, 1, 1)


class Dice:
    """Random choices from a seed, made of ``random_sample`` alone."""

    def __init__(self, seed: int) -> None:
        self.sample = np.random.RandomState(seed).random_sample

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self.sample())

    def chance(self, probability: float) -> bool:
        return float(self.sample()) < probability

    def pick(self, options: Sequence[Option]) -> Option:
        return options[int(float(self.sample()) * len(options))]

    def tint(self, colour: np.ndarray, spread: float = .06) -> np.ndarray:
        """``colour`` made lighter or darker as a whole, and a little in each channel."""
        light = self.between(-spread, spread)
        own = [light + self.between(-spread, spread) / 2 for _ in range(3)]
        return np.clip(colour + rgb(*own), 0, 1)

    def noise(self) -> 'Noise':
        return Noise(self.sample((64, 64)))


class Noise:
    """Value noise in 0..1: random values on an integer lattice that repeats every 64 cells, blended smoothly."""

    def __init__(self, lattice: np.ndarray) -> None:
        self.lattice = lattice.ravel()

    def cell(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The unblended value of the cell that holds (x, y)."""
        return self.lattice.take(((y.astype(np.int32) & 63) << 6) + (x.astype(np.int32) & 63))

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x0, y0 = np.floor(x), np.floor(y)
        fx, fy = x - x0, y - y0
        fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
        left, top = x0.astype(np.int32) & 63, y0.astype(np.int32) & 63
        right, top, bottom = (left + 1) & 63, top << 6, ((top + 1) & 63) << 6
        above, below = self.lattice.take(top + left), self.lattice.take(bottom + left)
        above = above + fx * (self.lattice.take(top + right) - above)
        below = below + fx * (self.lattice.take(bottom + right) - below)
        return above + fy * (below - above)

    def rough(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Two octaves, for clouds, asphalt and leaves."""
        return (2 * self(x, y) + self(2.5 * x + 17, 2.5 * y + 5)) / 3


class Canvas:
    """Image and label map, the camera that looks at them, and the light.

    Args:
        height, width: size in pixels.
        eye: where straight ahead is in the picture, in shares of width and height.
        camera_height: metres above the road.
        sun: unit vector to the sun.
        ambient, direct: light in the shade, and what the sun adds to a surface that faces it.
        haze, sight: colour of the haze, and the metres after which it covers half.

    Attributes:
        image: the colours so far, (3, H, W) float64.
        label: the classes so far, (H, W) uint8.
    """

    def __init__(
        self, height: int, width: int, eye: tuple[float, float], camera_height: float, sun: Point, ambient: float,
        direct: float, haze: np.ndarray, sight: float,
    ) -> None:
        self.image = np.zeros((3, height, width))
        self.label = np.full((height, width), IGNORE, np.uint8)
        self.focal = 1.4 * height
        self.eye_x, self.eye_y, self.camera_height = eye[0] * width, eye[1] * height, camera_height
        self.sun, self.ambient, self.direct = sun, ambient, direct
        self.haze, self.sight = haze, sight

    def project(self, point: Point) -> tuple[float, float]:
        """(X, Y, Z) -> pixel coordinates (x, y)."""
        scale = self.focal / point[2]
        return self.eye_x + point[0] * scale, self.eye_y + (self.camera_height - point[1]) * scale

    def window(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[Part, np.ndarray, np.ndarray] | None:
        """The part of the canvas that pixel coordinates span, and its pixels' centres (1, w), (h, 1); None outside."""
        height, width = self.label.shape
        left, right = max(int(min(xs)) - 1, 0), min(int(max(xs)) + 2, width)
        top, bottom = max(int(min(ys)) - 1, 0), min(int(max(ys)) + 2, height)
        if left >= right or top >= bottom:
            return None
        x = np.arange(left, right)[None, :] + .5
        y = np.arange(top, bottom)[:, None] + .5
        return (slice(top, bottom), slice(left, right)), x, y

    def blend(self, part: Part, alpha: np.ndarray, colour: np.ndarray, label: int | None) -> None:
        """Paint ``colour`` over a part of the canvas as far as ``alpha`` covers; ``label`` None leaves the labels."""
        image = self.image[(slice(None), *part)]
        image += alpha * (colour - image)
        if label is not None:
            self.label[part] = np.where(alpha >= .5, label, self.label[part])

    def far(self, colour: np.ndarray, depth: float | np.ndarray) -> np.ndarray:
        """``colour`` seen through ``depth`` metres of haze."""
        thickness = depth / (depth + self.sight)
        return colour + thickness * (self.haze - colour)

    def face(
        self, points: Sequence[Point], colour: np.ndarray | Callable[..., np.ndarray], label: int | None,
        opacity: float = 1., shade: bool = True,
    ) -> None:
        """Paint a flat convex polygon.

        Args:
            points: its corners (X, Y, Z) in order, Z > 0.
            colour: RGB, or a function of the world coordinates X, Y, Z of its pixels, (h, w) each.
            label: None for a shadow, which keeps the label beneath.
            opacity: share of what is beneath that the polygon hides.
            shade: whether the sun's direction changes its brightness.
        """
        flat = [self.project(point) for point in points]
        found = self.window([p[0] for p in flat], [p[1] for p in flat])
        if found is None:
            return
        part, x, y = found
        inside = cover(flat, x, y)
        normal = unit_normal(points)
        if callable(colour):
            depth = self.depth_of_plane(points[0], normal, x, y)
            scale = depth / self.focal
            colour = colour((x - self.eye_x) * scale, self.camera_height - (y - self.eye_y) * scale, depth)
        else:
            depth = points[0][2]
        if shade:
            facing = normal[0] * self.sun[0] + normal[1] * self.sun[1] + normal[2] * self.sun[2]
            colour = colour * (self.ambient + self.direct * max(facing, 0.))
        self.blend(part, inside * opacity, self.far(colour, depth), label)

    def depth_of_plane(self, point: Point, normal: Point, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Z where the rays through pixels (x, y) meet the plane through ``point``."""
        offset = normal[0] * point[0] + normal[1] * (point[1] - self.camera_height) + normal[2] * point[2]
        slope = normal[0] * (x - self.eye_x) - normal[1] * (y - self.eye_y) + normal[2] * self.focal
        depth = offset * self.focal / np.where(slope == 0, 1e-9, slope)
        return np.minimum(np.maximum(depth, .5), 500.)

    def ball(
        self, centre: Point, radius_x: float, radius_y: float, colour: np.ndarray, label: int,
        leaves: Noise | None = None,
    ) -> None:
        """Paint an ellipsoid that is lit from the sun's side; ``leaves`` (a Noise) frays its edge and mottles it."""
        x0, y0 = self.project(centre)
        scale = self.focal / centre[2]
        rx, ry = max(radius_x * scale, .5), max(radius_y * scale, .5)
        found = self.window([x0 - rx, x0 + rx], [y0 - ry, y0 + ry])
        if found is None:
            return
        part, x, y = found
        u, v = (x - x0) / rx, (y0 - y) / ry
        inside = 1 - np.sqrt(u * u + v * v)
        light = self.ambient + self.direct * (.45 + .5 * np.clip(u * self.sun[0] + v * self.sun[1], -1, 1))
        if leaves is not None:
            clumps = leaves(4 * u + centre[0], 4 * v + centre[2])
            inside = inside + .7 * (clumps - .6)
            light = light * (.55 + .9 * clumps)
        alpha = np.clip(inside * min(rx, ry) + .5, 0, 1)
        self.blend(part, alpha, self.far(colour * light, centre[2]), label)

    def develop(self, dice: Dice, tint: np.ndarray, blur: float, grain: float) -> np.ndarray:
        """What lens and sensor make of the picture: (H, W, 3) uint8.

        Args:
            dice: gives the sensor's noise.
            tint: colour of the light.
            blur: 0 sharp .. 1 a full 1-2-1 kernel.
            grain: about the standard deviation of the noise, in grey levels of 255.
        """
        height, width = self.label.shape
        u = (np.arange(width)[None, :] + .5) / width - .5
        v = (np.arange(height)[:, None] + .5) / height - .5
        image = self.image * (tint * (1 - .5 * (u * u + v * v)))
        image[:, 1:-1] += blur / 4 * (image[:, :-2] - 2 * image[:, 1:-1] + image[:, 2:])
        image[..., 1:-1] += blur / 4 * (image[..., :-2] - 2 * image[..., 1:-1] + image[..., 2:])
        image = np.clip(image, 0, 1)
        image *= 1.3 - .3 * image  # a film's soft shoulder
        noise = dice.sample(image.shape) + dice.sample(image.shape) - 1
        image += 2 / 255 * grain * noise * np.sqrt(.3 + image)
        return np.clip(255 * image + .5, 0, 255).astype(np.uint8).transpose(1, 2, 0)


def cover(corners: Sequence[tuple[float, float]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of each pixel that a convex polygon covers, from the distances to its edges, in pixels."""
    area = 0.
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
        area += x0 * y1 - x1 * y0
    inside = np.full((y.size, x.size), 1e9)
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
        dx, dy = x1 - x0, y1 - y0
        length = float(np.sqrt(dx * dx + dy * dy))
        if length > 0:
            side = 1 / length if area > 0 else -1 / length
            inside = np.minimum(inside, (y - y0) * (dx * side) - (x - x0) * (dy * side))
    return np.clip(inside + .5, 0, 1)


def unit_normal(points: Sequence[Point]) -> Point:
    """Normal of the plane through the first three points, on the camera's side."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = points[:3]
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    n = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    length = float(np.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]))
    # The camera stands at (0, camera_height, 0); 1.5 m is near enough to tell the sides apart.
    towards = -(n[0] * ax + n[1] * (ay - 1.5) + n[2] * az)
    length = length if towards > 0 else -length
    return n[0] / length, n[1] / length, n[2] / length
