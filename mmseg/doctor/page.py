"""The doctor's findings as a page: one file, with its pictures inside."""

import base64
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import numpy as np

from mmcv.image import imread
from mmseg.evaluation.picture import as_picture
from mmseg.labels import STORED
from mmseg.palette import random_palette

from .examination import Examination
from .finding import Finding

_SHOWN = 6  # files of a finding that are shown
_EDGE = 280  # pixels of the longer edge of a picture
_IGNORED = 90, 90, 90

_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ root }}: what the doctor found</title>
<style>
:root { color-scheme: light dark; --line: #c8ccd2; --soft: #f3f4f6; --text: #1b1f24; --page: #fff; --quiet: #57606a;
  --error: #b42318; --warning: #8a5a00; --note: #1f5f99; --bar: #5b8def; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4048; --soft: #22272e; --text: #e6e9ed; --page: #16191d;
  --quiet: #a2abb5; --error: #ff8a7d; --warning: #f0b849; --note: #82b8f0; --bar: #4169b8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { margin: 0; font-size: 1.05rem; }
.facts { color: var(--quiet); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th:nth-child(2), td:nth-child(2) { text-align: left; }
.bar { width: 30%; min-width: 5rem; } .bar span { display: block; height: .7rem; background: var(--bar);
  border-radius: 2px; }
section.finding { border: 1px solid var(--line); border-left-width: .4rem; border-radius: .4rem; padding: .8rem 1rem;
  margin: 1rem 0; }
.error { border-left-color: var(--error); } .warning { border-left-color: var(--warning); }
.note { border-left-color: var(--note); }
.severity { font-weight: 700; margin-right: .4rem; }
.error .severity { color: var(--error); } .warning .severity { color: var(--warning); }
.note .severity { color: var(--note); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .8rem;
  margin-top: .8rem; }
figure { margin: 0; background: var(--soft); border-radius: .3rem; padding: .5rem; }
figure div { display: flex; gap: .3rem; } figure img { flex: 1; min-width: 0; object-fit: contain; max-height: 12rem; }
figcaption { font-size: .85rem; color: var(--quiet); margin-top: .3rem; }
pre { background: var(--soft); padding: .8rem; border-radius: .3rem; overflow-x: auto; }
</style>
</head>
<body>
<main>
<h1>{{ root }}</h1>
<p class="facts">{{ images }} images, {{ labels }} labels{% for split, count in splits.items() %}, {{ count }} {{ split
}}{% endfor %}. {% if mean %}Mean {{ mean }}, deviation {{ std }}.{% endif %}
Sizes: {% for size in sizes[:12] %}{{ size.width }}x{{ size.height }} ({{ size.images }}){{ ", " if not loop.last }}{%
endfor %}{{ ", ..." if sizes|length > 12 }}. {{ why }}.</p>
{% if classes %}
<h2>Classes</h2>
<div class="table" tabindex="0" role="region" aria-label="Shares of the classes">
<table>
<thead><tr><th scope="col">value</th><th scope="col">class</th><th scope="col">share</th><th scope="col"
class="bar"><span hidden></span></th><th scope="col">pixels</th><th scope="col">labels</th></tr></thead>
<tbody>
{% for one in classes %}<tr><td>{{ one.value }}</td><td>{{ one.name }}</td>
<td>{{ "%.3f"|format(100 * one.share) }} %</td>
<td class="bar"><span style="width: {{ "%.1f"|format(100 * one.share) }}%"></span></td><td>{{ one.pixels }}</td>
<td>{{ one.images }}</td></tr>
{% endfor %}</tbody>
</table>
</div>
{% endif %}
<h2>{{ findings|length }} finding{{ "" if findings|length == 1 else "s" }}</h2>
{% if not findings %}<p>Nothing is wrong.</p>{% endif %}
{% for finding in findings %}
<section class="finding {{ finding.severity }}">
<h3><span class="severity">{{ finding.severity }}</span>{{ finding.kind }}</h3>
<p>{{ finding.message }}</p>
<p><strong>Mend:</strong> {{ finding.mend }}</p>
<div class="pictures">
{% for file in finding.shown %}<figure>
<div>{% for picture in file.pictures %}<img src="data:image/jpeg;base64,{{ picture.data }}" alt="{{ picture.alt }}">{%
endfor %}</div>
<figcaption>{{ file.name }}{{ "" if file.pictures else ": cannot be shown" }}</figcaption>
</figure>
{% endfor %}</div>
{% if finding.rest %}<p class="facts">{{ finding.rest }}</p>{% endif %}
</section>
{% endfor %}
<h2>To paste into a config</h2>
<pre tabindex="0">{{ config }}</pre>
</main>
</body>
</html>
"""


def as_page(seen: Examination, findings: Sequence[Finding], document: Mapping, config: str) -> str:
    """What ``--html`` writes; it needs no network.

    Args:
        seen: the tree and what is in it.
        findings: what was found.
        document: that of :func:`.document.as_document`.
        config: what to paste into a config, as text.

    Raises:
        ValueError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
    except ImportError as error:
        raise ValueError(f'--html needs a package: pip install jinja2 ({error})') from error
    told = dict(document)
    total = max(1, sum(one['pixels'] for one in told['classes']))
    for key in ('mean', 'std'):
        told[key] = told[key] and ', '.join(f'{value:.1f}' for value in told[key])
    shown = [{**finding._asdict(), 'shown': list(_shown(seen, finding)), 'rest': _rest(finding)}
             for finding in findings]
    return Environment(autoescape=True).from_string(_TEMPLATE).render({
        **told, 'root': seen.tree.root, 'why': seen.reading.why, 'findings': shown, 'config': config,
        'classes': [{**one, 'share': one['pixels'] / total} for one in told['classes']]})


def _rest(finding: Finding) -> str:
    files = ', '.join(finding.files[_SHOWN:])
    more = finding.count > len(finding.files)
    return f'Also: {files}{", ..." if more else ""}' if files else ''


def _shown(seen: Examination, finding: Finding) -> Iterator[dict]:
    """Each of the first files with its own picture and that of its partner."""
    image_of = {label: image for image, label in seen.tree.pairs.pairs}
    done = set()
    for file in finding.files[:_SHOWN]:
        image, label = (image_of.get(file), file) if file in seen.labels else (file, seen.label_of.get(file))
        if (image, label) in done:
            continue
        done.add((image, label))
        pictures = [(path, make) for path, make in ((image, _image), (label, _label)) if path]
        yield {'name': file, 'pictures': [
            {'data': data, 'alt': f'{"image" if make is _image else "label"} {path}'}
            for path, make in pictures if (data := _encoded(os.path.join(seen.tree.root, path), make))]}


def _encoded(path: str, make: Callable[[str], np.ndarray]) -> str:
    """A small JPEG in base64; '' of what cannot be read."""
    with contextlib.suppress(OSError, ValueError, cv2.error):
        picture = make(path)
        scale = _EDGE / max(picture.shape[:2])
        size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
        return base64.b64encode(cv2.imencode('.jpg', small)[1].tobytes()).decode()
    return ''


def _image(path: str) -> np.ndarray:
    return as_picture(imread(path, 'unchanged'))[..., :3]


def _label(path: str) -> np.ndarray:
    """A label in colours that keep its values apart; colour masks as they are."""
    stored = imread(path, STORED, backend='pillow')
    if stored.ndim == 3:
        return np.ascontiguousarray(as_picture(stored)[..., 2::-1])
    table = np.array([(0, 0, 0), *random_palette(255)], np.uint8)
    table[255] = _IGNORED
    return table[np.nan_to_num(stored).astype(np.int64) % 256]
