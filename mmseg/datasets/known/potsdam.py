"""ISPRS Potsdam: the classes of Vaihingen."""

from dataclasses import replace

from . import isprs

FACTS = replace(
    isprs.FACTS,
    names=('potsdam',),
    paper='ISPRS 2D semantic labeling contest, Potsdam')
