'use strict';

// Charts: the pointer, or the arrow keys, move a line to a place and show the values there.
for (const figure of document.querySelectorAll('.chart')) {
  const lines = JSON.parse(figure.querySelector('script').textContent);
  const svg = figure.querySelector('svg'), cursor = figure.querySelector('.cursor');
  const [where, ...values] = figure.querySelectorAll('output');
  const stops = [...new Set(lines.flat().map(point => point[0]))].sort((a, b) => a - b);
  let at = stops.length - 1;
  const show = number => {
    at = Math.max(0, Math.min(stops.length - 1, number));
    for (const end of ['x1', 'x2']) cursor.setAttribute(end, stops[at]);
    lines.forEach((points, i) => {
      const point = points.filter(one => one[0] <= stops[at]).pop();
      values[i].textContent = point ? point[2] : '';
      if (point && point[0] === stops[at]) where.textContent = point[1];
    });
  };
  svg.addEventListener('pointermove', event => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const far = stops.map(stop => Math.abs(stop - x));
    show(far.indexOf(Math.min(...far)));
  });
  figure.addEventListener('keydown', event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -stops.length, End: stops.length}[event.key];
    if (!step) return;
    event.preventDefault();
    show(at + step);
  });
}

// Tables: a click on the head of a column sorts by it, a second one the other way round.
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => {
    const head = button.parentElement, body = head.closest('table').tBodies[0];
    const column = [...head.parentElement.children].indexOf(head);
    const down = head.getAttribute('aria-sort') !== 'descending';
    for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const key = row => row.children[column].dataset.value ?? row.children[column].textContent;
    const order = (a, b) => {
      const [x, y] = [key(a), key(b)];
      const [p, q] = [parseFloat(x), parseFloat(y)];
      if (Number.isNaN(p) || Number.isNaN(q)) return Number.isNaN(p) - Number.isNaN(q) || (down ? y : x).localeCompare(down ? x : y);
      return down ? q - p : p - q;
    };
    body.append(...[...body.rows].sort(order));
  });
}

// The confusion matrix: three ways to count; arrow keys move, Enter or a click shows the images that hold an error.
const matrix = document.querySelector('.matrix');
if (matrix) {
  const table = JSON.parse(document.getElementById('confusion-data').textContent);
  const held = document.getElementById('held');
  const cells = [...matrix.tBodies[0].rows].map(row => [...row.querySelectorAll('td')]);
  const percent = share => (100 * share).toFixed(1) + ' %';
  const count = way => cells.forEach((row, i) => row.forEach((cell, j) => {
    const one = table.rows[i][j];
    const share = one[way === 'of_prediction' ? 'of_prediction' : 'of_label'];
    cell.style.setProperty('--share', share);
    cell.textContent = way === 'pixels' ? short(one.pixels) : share < 0.005 ? '' : Math.round(100 * share);
  }));
  const short = pixels => pixels < 1e3 ? pixels || '' : pixels < 1e6 ? Math.round(pixels / 1e3) + 'k' : Math.round(pixels / 1e6) + 'M';
  for (const radio of document.querySelectorAll('[name=count]')) {
    radio.addEventListener('change', () => count(radio.value));
  }
  const focus = (i, j) => {
    const cell = cells[i] && cells[i][j];
    if (!cell) return;
    matrix.querySelector('[tabindex="0"]').tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };
  const select = (i, j) => {
    for (const old of matrix.querySelectorAll('[aria-selected=true]')) old.setAttribute('aria-selected', 'false');
    cells[i][j].setAttribute('aria-selected', 'true');
    const one = table.rows[i][j], [label, prediction] = [table.classes[i], table.classes[j]];
    const text = document.createElement('p');
    text.textContent = i === j
      ? `${label}: ${one.pixels.toLocaleString('en')} pixels are right, ${percent(one.of_label)} of those labelled so and ${percent(one.of_prediction)} of those predicted so.`
      : `${label} taken for ${prediction}: ${one.pixels.toLocaleString('en')} pixels, ${percent(one.of_label)} of ${label} and ${percent(one.of_prediction)} of what was predicted as ${prediction}.`;
    const list = document.createElement('ul');
    for (const [index, pixels] of table.holders[`${i}-${j}`] || []) list.append(holder(index, pixels));
    held.replaceChildren(text, list);
  };
  const holder = (index, pixels) => {
    const item = document.createElement('li');
    const article = document.getElementById(`image-${index}`);
    const words = `${table.images[index]}, ${pixels.toLocaleString('en')} pixels`;
    if (!article) {
      item.textContent = words;
      return item;
    }
    const link = document.createElement('a'), shown = article.querySelector('.errors') || article.querySelector('img');
    link.href = `#image-${index}`;
    const picture = document.createElement('img');
    [picture.src, picture.alt] = [shown.src, shown.alt];
    link.append(picture, words);
    item.append(link);
    return item;
  };
  cells.forEach((row, i) => row.forEach((cell, j) => {
    cell.addEventListener('click', () => { focus(i, j); select(i, j); });
    cell.addEventListener('keydown', event => {
      const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
      if (step) focus(i + step[0], j + step[1]);
      else if (event.key === 'Enter' || event.key === ' ') select(i, j);
      else return;
      event.preventDefault();
    });
  }));
}

// The config: what is typed leaves the lines that have it.
const filter = document.getElementById('filter');
if (filter) {
  const rows = [...document.querySelectorAll('.config tbody tr')];
  filter.addEventListener('input', () => {
    const wanted = filter.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}

// Commands: the button puts one onto the clipboard; where a page may not, it is marked, to be copied by hand.
for (const button of document.querySelectorAll('button.copy')) {
  button.addEventListener('click', async () => {
    const text = button.parentElement.querySelector('pre');
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = 'Marked';
    }
  });
}
