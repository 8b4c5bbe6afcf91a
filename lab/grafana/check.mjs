// Checks the dashboards against Grafana's published types, and checks their references. Then it
// checks itself: it has to reject invalid copies of the dashboards. It runs without Prometheus and
// Grafana, so it does not check that queries find something.
import { readFileSync, readdirSync } from 'node:fs';
import { compile } from './compile.mjs';
import { mutants } from './mutants.mjs';
import { structure } from './structure.mjs';
import { wrong } from './wrong.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const list = (path, end) => readdirSync(new URL(`../../${path}`, import.meta.url)).filter((name) => name.endsWith(end)).sort();
const all = (text, pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));

const sources = list('docker/metrics-graph/dashboards', '.json').map((file) => ({ file, json: read(`docker/metrics-graph/dashboards/${file}`) }));
const units = sources.map(({ json }) => ({ type: 'is.Dashboard', json }));
stop(compile(units).flatMap((problems, i) => problems.map((problem) => `${sources[i].file}, ${problem}`)));

const dashboards = sources.map(({ file, json }) => ({ file, dashboard: JSON.parse(json) }));
const compose = read('compose.yaml');
const project = {
  anchors: new Set([...all(read('docs/operations.md'), /^#+ (.*)$/gm)].map((heading) => heading.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'))),
  dataSources: all(list('docker/metrics-graph/provisioning/datasources', '.yaml').map((file) => read(`docker/metrics-graph/provisioning/datasources/${file}`)).join('\n'), /^ +uid: (\S+)$/gm),
  home: compose.match(/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: \S*\/(\S+)/)?.[1],
  ports: all(compose, /127\.0\.0\.1:\$\{\w+:-(\d+)\}:/g),
  rules: all(list('docker/metrics', '.yml').map((file) => read(`docker/metrics/${file}`)).join('\n'), /^ *- record: (\S+)$/gm),
};
stop(structure(dashboards, project));

// Compiling each part by itself is fast enough for many copies. Copies with the same mistake in the
// same kind of place are compiled once.
const parts = dashboards.flatMap(({ dashboard }) => [
  { type: 'is.Dashboard', json: JSON.stringify({ ...dashboard, panels: [] }) },
  ...dashboard.panels.map((panel) => ({ type: `Extract<is.Panel, {type: '${panel.type}'}>`, json: JSON.stringify(panel) })),
]);
stop(compile(parts).flatMap((problems, i) => problems.map((problem) => `as a separate part, ${parts[i].json}: ${problem}`)));
const copies = [...new Map(parts.flatMap(mutants).map((copy) => [copy.name, copy])).values()];
stop(compile(copies).flatMap((problems, i) => problems.length > 0 ? [] : [`self-test: accepted ${copies[i].name}`]));

for (const [what, change] of wrong) {
  const copy = structuredClone(dashboards);
  change(copy[0].dashboard, copy);
  if (!structure(copy, project).some((problem) => problem.includes(what))) stop([`self-test: did not report "${what}"`]);
}
const panels = dashboards.flatMap(({ dashboard }) => dashboard.panels).length;
console.log(`${dashboards.length} dashboards with ${panels} panels are valid; ${copies.length} wrong types and ${wrong.length} wrong references were rejected`);

function stop(problems) {
  if (problems.length === 0) return;
  console.error(problems.join('\n'));
  process.exit(1);
}
