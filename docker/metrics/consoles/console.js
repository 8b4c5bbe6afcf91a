// Draws the graphs of the console. Each <data value="QUERY">LEGEND</data> in a <figure> is a
// query to Prometheus; {label} in a legend stands for the value of that label. While the page
// is visible, graphs and [data-live] parts are refreshed every few seconds.
'use strict';

const ranges = { '15m': [900, 180], '1h': [3600, 600], '6h': [21600, 3600], '1d': [86400, 14400] };
const [range, apart] = ranges[document.documentElement.dataset.range]; // in seconds: the range, and the distance between time labels
const step = Math.max(5, range / 240); // Prometheus scrapes every 5 s
const every = 10_000;
const most = 8; // series in one graph: there are this many colours
const colour = (name, i) => `--colour: var(--${/^(5xx|error)$/.test(name) ? 'bad' : 's' + i})`;
const margin = { top: 8, right: 8, bottom: 20, left: 52 };

const scaled = (value, base, units) => {
  let unit = 0;
  for (; Math.abs(value) >= base && unit < units.length - 1; unit++) value /= base;
  return Number(value.toPrecision(3)) + units[unit];
};
const formats = {
  '': (v) => (Math.abs(v) < 1 ? String(Number(v.toPrecision(2))) : scaled(v, 1000, ['', 'k', 'M', 'G'])),
  '/s': (v) => formats[''](v) + '/s',
  '%': (v) => Number((v * 100).toPrecision(3)) + ' %',
  B: (v) => scaled(v, 1024, [' B', ' KiB', ' MiB', ' GiB']),
  s: (v) => (v === 0 ? '0 s' : v < 1 ? scaled(v * 1e6, 1000, [' µs', ' ms']) : Number(v.toPrecision(3)) + ' s'),
};
const clock = (time, seconds) =>
  new Date(time * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: seconds && '2-digit', hourCycle: 'h23' });

// node creates an SVG or HTML element.
const node = (namespace) => (name, attributes = {}, ...children) => {
  const element = document.createElementNS(namespace, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
};
const svg = node('http://www.w3.org/2000/svg');
const html = node('http://www.w3.org/1999/xhtml');

// ask returns the data of Prometheus' answer, or throws its error.
async function ask(path, parameters) {
  const response = await fetch('../api/v1/' + path + '?' + new URLSearchParams(parameters), { signal: AbortSignal.timeout(every) });
  const answer = await response.json();
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data;
}

// ticks returns round numbers from 0 to at least the largest value. For bytes they are round in KiB.
function ticks(largest, unit, whole) {
  const base = unit === 'B' ? 1024 : 1000;
  const power = base ** Math.floor(Math.log(largest) / Math.log(base));
  const rough = largest / power / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const width = Math.max([1, 2, 2.5, 5, 10].find((n) => n * ten >= rough) * ten * power, whole ? 1 : 0);
  return Array.from({ length: Math.ceil(largest / width - 1e-9) + 1 }, (_, i) => i * width);
}

// times returns round clock times that are `apart` seconds apart.
function times(end, apart) {
  const zone = new Date(end * 1000).getTimezoneOffset() * 60;
  const last = Math.floor((end - zone) / apart) * apart + zone;
  return Array.from({ length: range / apart }, (_, i) => last - i * apart).filter((time) => time < end - range / 25 && time > end - range * 0.96);
}

class Graph {
  constructor(figure) {
    this.figure = figure;
    this.title = figure.querySelector('h3').textContent;
    this.format = formats[figure.dataset.unit];
    this.queries = [...figure.querySelectorAll('data')].map((data) => ({ text: data.value, legend: data.textContent.trim() }));
    this.svg = svg('svg', { role: 'img' });
    this.message = html('p', { role: 'status' }, 'Loading …');
    this.legend = html('ul');
    figure.append(this.message);
    const link = this.queries.map((q, i) => `g${i}.expr=${encodeURIComponent(q.text)}&g${i}.tab=graph&g${i}.range_input=${range}s`);
    const h3 = figure.querySelector('h3');
    h3.replaceChildren(html('a', { href: '../query?' + link.join('&'), title: 'Open the query in Prometheus' }, this.title));
    this.svg.addEventListener('pointermove', (event) => point(this.time(event.offsetX)));
    this.svg.addEventListener('pointerleave', () => point(null));
    new ResizeObserver(() => this.series && this.draw()).observe(figure);
  }

  async load(end) {
    try {
      const answers = await Promise.all(this.queries.map((q) => ask('query_range', { query: q.text, start: end - range, end, step })));
      const series = answers.flatMap(({ result }, i) => result.map(({ metric, values }) => ({
        name: this.queries[i].legend.replace(/{(\w+)}/g, (_, label) => metric[label] || '–'),
        values: values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
      }))).filter((s) => s.values.length);
      const largest = (s) => Math.max(...s.values.map(([, value]) => value));
      const shown = new Set(series.toSorted((a, b) => largest(b) - largest(a)).slice(0, most));
      this.series = series.filter((s) => shown.has(s));
      this.hidden = series.length - this.series.length;
      this.end = end;
      this.largest = Math.max(0, ...this.series.map(largest));
      this.whole = this.figure.dataset.unit === '' && this.series.every((s) => s.values.every(([, value]) => Number.isInteger(value)));
      if (series.length) this.draw();
      else this.say('empty', 'No data in this time range.');
    } catch (error) {
      this.say('error', 'The query failed: ' + error.message);
    }
  }

  say(state, text) {
    this.series = null;
    this.message.textContent = text;
    this.svg.remove();
    this.legend.remove();
    this.figure.append(this.message);
    this.figure.dataset.state = state;
  }

  draw() {
    this.message.remove();
    this.figure.append(this.svg, this.legend);
    const { width, height } = this.svg.getBoundingClientRect();
    const marks = ticks(this.largest || (this.figure.dataset.unit === '%' ? 0.01 : 1), this.figure.dataset.unit, this.whole);
    this.x = (time) => margin.left + (1 - (this.end - time) / range) * (width - margin.left - margin.right);
    this.y = (value) => height - margin.bottom - (Math.max(0, value) / marks.at(-1)) * (height - margin.top - margin.bottom);
    this.time = (x) => this.end - (1 - (x - margin.left) / (width - margin.left - margin.right)) * range;
    const text = (x, y, anchor, content) => svg('text', { x, y, 'text-anchor': anchor }, content);
    this.svg.replaceChildren(
      svg('path', { class: 'grid', d: marks.map((m) => `M${margin.left} ${this.y(m)}H${width - margin.right}`).join('') }),
      ...marks.map((m) => text(margin.left - 6, this.y(m) + 4, 'end', this.format(m))),
      ...times(this.end, width < 400 ? 2 * apart : apart).map((time) => text(this.x(time), height - 4, 'middle', clock(time))),
      ...this.series.map((s, i) => svg('path', { class: 'line', style: colour(s.name, i), d: this.path(s.values) })),
    );
    this.cursor = svg('path', { class: 'cursor' });
    this.svg.append(this.cursor);
    this.figure.dataset.state = 'drawn';
    this.show(pointed);
  }

  // path connects the points, except across a gap. A single point is a dot.
  path(values) {
    return values.map(([time, value], i) => {
      const begins = i === 0 || time - values[i - 1][0] > 1.5 * step;
      return `${begins ? 'M' : 'L'}${this.x(time).toFixed(1)} ${this.y(value).toFixed(1)}${begins ? 'h0' : ''}`;
    }).join('');
  }

  // show writes the values at a time, or the latest values, beside the names.
  show(time) {
    if (!this.series) return;
    const near = (s) => s.values.reduce((a, b) => (Math.abs(b[0] - time) < Math.abs(a[0] - time) ? b : a));
    const value = (s) => {
      const [at, number] = time === null ? s.values.at(-1) : near(s);
      return Math.abs(at - (time ?? this.end)) > 2 * step + 5 ? '–' : this.format(number);
    };
    const entry = (s, i) => html('li', { style: colour(s.name, i) }, html('span', {}, s.name), html('b', {}, value(s)));
    this.legend.replaceChildren(...this.series.map(entry));
    if (this.hidden) this.legend.append(html('li', { class: 'rest' }, html('span', {}, `and ${this.hidden} more with lower values`)));
    if (time !== null) this.legend.prepend(html('li', { class: 'rest' }, html('b', {}, clock(time, true))));
    this.cursor.setAttribute('d', time === null ? '' : `M${this.x(time)} ${margin.top}V${this.y(0)}`);
    const current = this.series.map((s) => `${s.name} ${this.format(s.values.at(-1)[1])}`).join(', ');
    this.svg.setAttribute('aria-label', `${this.title}, until ${clock(this.end)}, maximum ${this.format(this.largest)}. Now: ${current}.`);
  }
}

// All graphs show the time at which the pointer is in one of them.
let pointed = null;
function point(time) {
  pointed = time;
  for (const graph of graphs) graph.show(time);
}

// explain adds to each alert the summary and the runbook link of its rule.
async function explain() {
  const places = [...document.querySelectorAll('[data-alert]')];
  if (!places.length) return;
  const { alerts } = await ask('alerts', {});
  for (const place of places) {
    const { summary, runbook_url: href } = alerts.find((a) => a.labels.alertname === place.dataset.alert)?.annotations ?? {};
    if (summary) place.replaceChildren(summary + ' ', href ? html('a', { href }, 'What to do') : '');
  }
}

// renew replaces the [data-live] parts by those of a fresh copy of the page.
async function renew() {
  const response = await fetch(location.href, { signal: AbortSignal.timeout(every) });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelectorAll('[data-live]');
  document.querySelectorAll('[data-live]').forEach((old, i) => {
    if (fresh[i] && !old.contains(document.activeElement)) old.replaceWith(fresh[i]);
  });
}

const graphs = [...document.querySelectorAll('figure')].map((figure) => new Graph(figure));

async function refresh() {
  const end = Math.floor(Date.now() / 1000 / step) * step;
  await Promise.all(graphs.map((graph) => graph.load(end)));
}

(async () => {
  for (let first = true; ; first = false) {
    if (!document.hidden) await Promise.allSettled([refresh(), (first ? Promise.resolve() : renew()).then(explain)]);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
})();
