"""What stands in a street: each function paints one thing at (x, z) on the ground, its far parts first."""

import numpy as np

from .canvas import IGNORE, Canvas, Dice, Noise, Point, rgb

ROAD, SIDEWALK, BUILDING, POLE, SIGN, VEGETATION, TERRAIN, SKY, PERSON, CAR = range(10)

RED, YELLOW, WHITE, BLACK = rgb(.7, .08, .08), rgb(.92, .72, .12), rgb(.92, .92, .9), rgb(.05, .05, .06)
GLASS, STEEL, BLUE, BARK = rgb(.15, .19, .24), rgb(.36, .38, .4), rgb(.1, .22, .62), rgb(.25, .19, .14)
PAINTS = [rgb(.75, .75, .76), rgb(.12, .13, .15), rgb(.6, .08, .08), rgb(.12, .22, .5), rgb(.88, .88, .86),
          rgb(.35, .37, .4), rgb(.2, .4, .3)]
CLOTHES = [rgb(.12, .14, .28), rgb(.55, .1, .12), rgb(.78, .74, .66), rgb(.1, .1, .1), rgb(.2, .45, .3),
           rgb(.85, .55, .15), rgb(.3, .5, .75)]
SKINS = [rgb(.85, .65, .52), rgb(.65, .45, .33), rgb(.4, .27, .2)]
HAIRS = [rgb(.3, .22, .15), rgb(.12, .1, .09), rgb(.5, .4, .25)]
ROOFS = [rgb(.42, .24, .18), rgb(.3, .3, .33)]
BINS = [rgb(.2, .3, .22), rgb(.3, .3, .32), rgb(.75, .5, .1)]
# Corners of a regular octagon as plain constants: a cosine is not the same on every machine.
OCTAGON = [(1., .41), (.41, 1.), (-.41, 1.), (-1., .41), (-1., -.41), (-.41, -1.), (.41, -1.), (1., -.41)]
TRIANGLE = [(-1.1, -.8), (1.1, -.8), (0., 1.1)]
BOARD = [(-.8, -1.), (.8, -1.), (.8, 1.), (-.8, 1.)]
ARROW = [(-.4, .15), (.4, .15), (0., .65)]


def bar(half: float, bottom: float, top: float) -> list[tuple[float, float]]:
    """Outline (across, up) of a rectangle; ``half`` is half its width."""
    return [(-half, bottom), (half, bottom), (half, top), (-half, top)]


def upright(x: float, z: float, outline: list[tuple[float, float]], size: float = 1., lift: float = 0.) -> list[Point]:
    """An outline (across, up) as a polygon that faces the camera."""
    return [(x + size * across, lift + size * up, z) for across, up in outline]


def building(
    canvas: Canvas, dice: Dice, noise: Noise, side: int, near: tuple[float, float], far: tuple[float, float],
    height: float, colour: np.ndarray,
) -> None:
    """A house beside the road; ``near`` and ``far`` are its corners (x, z) at the road, ``side`` is -1 or 1."""
    (x0, z0), (x1, z1) = near, far
    depth, pitch, frame = dice.between(7, 12), dice.between(2., 3.6), dice.between(.2, .34)
    trim, shop, shift = dice.tint(colour, .15), dice.tint(dice.pick(CLOTHES)), dice.between(0, 64)
    has_shop = dice.chance(.4)

    def facade(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        along = np.abs(x - x0) + np.abs(z - z0)
        column, floor = along / pitch, y / 3.1
        u, v = np.abs(column - np.floor(column) - .5), floor - np.floor(floor)
        wall = colour * (.8 + .4 * noise.rough(along * .7 + shift, y * .7))
        wall = np.where((v < .06) & (y < height), trim, wall)
        window = (u < .5 - frame) & (v > .3) & (v < .84) & (y < height - .4)
        if has_shop:
            window = np.where(y < 2.5, (u < .42) & (y > .4), window)
            wall = np.where((y > 2.5) & (y < 3.2), shop, wall)
        return np.where(window, GLASS * (.5 + 1.6 * noise.cell(column + shift, floor + shift)), wall)

    if dice.chance(.5):
        ridge, top = side * depth / 2, height + depth * .3
        roof = [(x0, height, z0), (x1, height, z1), (x1 + ridge, top, z1), (x0 + ridge, top, z0)]
        canvas.face(roof, dice.tint(dice.pick(ROOFS)), BUILDING)
        canvas.face([(x0, height, z0), (x0 + 2 * ridge, height, z0), (x0 + ridge, top, z0)], colour, BUILDING)
    canvas.face([(x0, 0, z0), (x1, 0, z1), (x1, height, z1), (x0, height, z0)], facade, BUILDING)
    canvas.face(upright(x0 + side * depth / 2, z0, bar(depth / 2, 0, height)), facade, BUILDING)


def tree(canvas: Canvas, dice: Dice, x: float, z: float, noise: Noise, height: float, colour: np.ndarray) -> None:
    """A trunk under a crown of frayed balls; Cityscapes counts both as vegetation."""
    bole, radius = height * dice.between(.28, .4), height * dice.between(.22, .3)
    canvas.face(upright(x, z, [(-.22, 0), (.22, 0), (.14, bole * 1.4), (-.14, bole * 1.4)]), BARK, VEGETATION)
    middle = (bole + height) / 2
    for _ in range(6):
        dx, dy = dice.between(-.6, .6) * radius, dice.between(-.5, .6) * (height - middle)
        size = dice.between(.5, .8) * radius
        leaves = dice.tint(colour, .05)
        canvas.ball((x + dx, middle + dy, z), size, size * dice.between(.8, 1.1), leaves, VEGETATION, noise)


def bush(canvas: Canvas, dice: Dice, x: float, z: float, noise: Noise, size: float, colour: np.ndarray) -> None:
    """A single frayed ball; a large one far away is a wood."""
    canvas.ball((x, size * .4, z), size, size * .7, dice.tint(colour, .05), VEGETATION, noise)


def lamp(canvas: Canvas, dice: Dice, x: float, z: float, side: int) -> None:
    """A street lamp whose arm reaches over the road."""
    height, radius, reach = dice.between(5, 7.5), dice.between(.18, .24), -side * dice.between(1.2, 2.2)
    colour = dice.tint(STEEL, .12)
    arm = [(0, height - .35), (0, height), (reach, height + .45), (reach, height + .1)]
    canvas.face(upright(x, z, bar(radius, 0, height)), colour, POLE)
    canvas.face(upright(x, z, bar(radius * 1.5, 0, .9)), colour * .8, POLE)
    canvas.face(upright(x, z, arm), colour, POLE)
    canvas.face(upright(x + reach, z, bar(.45, height + .1, height + .42)), colour * .7, POLE)


def sign(canvas: Canvas, dice: Dice, x: float, z: float) -> None:
    """A traffic sign on its post."""
    height, radius, size = dice.between(2.3, 3.), dice.between(.12, .15), dice.between(.5, .75)
    plates = dice.pick((
        [(OCTAGON, 1., RED), (OCTAGON, .7, WHITE)],
        [(OCTAGON, 1., BLUE), (bar(.15, -.6, .2), 1., WHITE), (ARROW, 1., WHITE)],
        [(TRIANGLE, 1., RED), (TRIANGLE, .6, WHITE)],
        [(BOARD, 1., WHITE), (BOARD, .88, dice.pick((BLUE, YELLOW))), (bar(.5, -.1, .15), 1., WHITE)],
        [(OCTAGON, 1., RED), (bar(.65, -.15, .2), 1., WHITE)],
    ))
    canvas.face(upright(x, z, bar(radius, 0, height)), dice.tint(STEEL, .1), POLE)
    for outline, scale, colour in plates:
        canvas.face(upright(x, z, outline, size * scale, height), colour, SIGN)


def car(canvas: Canvas, dice: Dice, x: float, z: float, oncoming: bool) -> None:
    """A car that points along the road: what the camera sees of its side, then its end."""
    van = dice.chance(.2)
    half, length = dice.between(.85, .95), dice.between(3.9, 4.6)
    waist, roof = (1.05, dice.between(1.9, 2.2)) if van else (.88, dice.between(1.38, 1.55))
    slope = .25 if van else dice.between(.5, .9)  # how far the roof begins behind the end
    paint, back = dice.tint(dice.pick(PAINTS), .05), z + length
    under = [(x - half, .02, z), (x + half, .02, z), (x + half, .02, back), (x - half, .02, back)]
    canvas.face(under, BLACK, None, .75, shade=False)
    side = x - half if x > 0 else x + half

    def flank(outline: list[tuple[float, float]], colour: np.ndarray, shade: bool = True) -> None:
        canvas.face([(side, up, along) for along, up in outline], colour, CAR, shade=shade)

    flank([(z, .22), (z, waist), (back, waist), (back, .22)], paint)
    flank([(z + .1, waist), (z + slope, roof), (back - 1.2, roof), (back - .5, waist)], paint)
    flank([(z + .45, waist + .03), (z + slope + .25, roof - .12), (back - 1.5, roof - .12), (back - 1.1, waist)], GLASS)
    for axle in (z + .75, back - .8):
        flank([(axle + .33 * u, .33 + .33 * v) for u, v in OCTAGON], BLACK, shade=False)
        flank([(axle + .18 * u, .33 + .18 * v) for u, v in OCTAGON], STEEL, shade=False)
    for wheel in (x - half + .16, x + half - .16):
        canvas.face(upright(wheel, z + .15, bar(.13, 0, .4)), BLACK, CAR, shade=False)

    def pane(bottom: float, top: float, low: float, high: float) -> list[tuple[float, float, float]]:
        corners = [(-bottom, waist + low, z), (bottom, waist + low, z), (top, roof - high, z + slope),
                   (-top, roof - high, z + slope)]
        return [(x + across * half, up, along) for across, up, along in corners]

    canvas.face(pane(1, .8, 0, 0), paint, CAR)
    canvas.face(pane(.85, .7, .05, .1), GLASS, CAR)
    canvas.face(upright(x, z, bar(half, .22, waist)), paint * .92, CAR)
    canvas.face(upright(x, z, bar(half, .22, .42)), paint * .5, CAR)
    canvas.face(upright(x, z, bar(.26, .48, .6)), WHITE, CAR)
    light = rgb(1., .98, .85) if oncoming else RED * 1.2
    for edge in (-.78, .78):
        canvas.face(upright(x + edge * half, z, bar(.15, waist - .24, waist - .06)), light, CAR, shade=False)


def person(canvas: Canvas, dice: Dice, x: float, z: float) -> None:
    """Someone who walks: legs apart by the stride, a coat, arms, a head. Sizes are those of a height of 1.75 m."""
    size, stride, hem = dice.between(.86, 1.08), dice.between(.05, .32), dice.between(.6, .85)
    trousers, coat = dice.tint(dice.pick(CLOTHES), .05), dice.tint(dice.pick(CLOTHES), .05)
    for foot in (-stride, stride):
        hip = foot * .2
        leg = [(foot - .09, 0), (foot + .11, 0), (hip + .14, .9), (hip - .14, .9)]
        canvas.face(upright(x, z, leg, size), trousers, PERSON)
    canvas.face(upright(x, z, [(-.22, hem), (.22, hem), (.25, 1.46), (-.25, 1.46)], size), coat, PERSON)
    for shoulder in (-.26, .26):
        hand = shoulder + dice.between(-.15, .15)
        arm = [(hand - .06, .78), (hand + .06, .78), (shoulder + .07, 1.44), (shoulder - .07, 1.44)]
        canvas.face(upright(x, z, arm, size), coat * .85, PERSON)
    canvas.ball((x, 1.62 * size, z), .13 * size, .16 * size, dice.pick(SKINS), PERSON)
    canvas.ball((x, 1.7 * size, z), .135 * size, .1 * size, dice.pick(HAIRS), PERSON)


def litter_bin(canvas: Canvas, dice: Dice, x: float, z: float) -> None:
    """A bin; as with Cityscapes' void things, nobody has labelled it."""
    half, colour = dice.between(.3, .5), dice.tint(dice.pick(BINS), .05)
    canvas.face(upright(x, z, bar(half, 0, 2.2 * half)), colour, IGNORE)
    canvas.face(upright(x, z, bar(1.1 * half, 2 * half, 2.4 * half)), colour * .6, IGNORE)
