// Checks what types cannot express: positions, names and references of the dashboards.
import { defaultDashboard } from '@grafana/schema';

const builtIn = new Set(['__all', '__interval', '__range', '__rate_interval', '__url_time_range', '__value']);
const runbook = 'https://example.com/templatesite/blob/main/docs/operations.md';

// structure returns the mistakes in a list of {file, dashboard}. The project has what dashboards may
// refer to: {anchors, dataSources, home, ports, rules}.
export function structure(dashboards, project) {
  const problems = [];
  const uids = dashboards.map(({ dashboard }) => dashboard.uid);
  for (const { file, dashboard } of dashboards) {
    const say = (problem) => problems.push(`${file}: ${problem}`);
    if (dashboard.schemaVersion !== defaultDashboard.schemaVersion) say(`schemaVersion is not ${defaultDashboard.schemaVersion}`);
    if (repeated(uids).includes(dashboard.uid)) say(`another dashboard has the uid ${dashboard.uid}`);
    for (const link of dashboard.links.filter(({ type }) => type === 'dashboards')) {
      if (!dashboards.every((other) => link.tags.every((tag) => other.dashboard.tags.includes(tag)))) say(`the link by the tags ${link.tags} does not list all dashboards`);
    }
    variables(dashboard, say);
    references(dashboard, { ...project, uids }, say);
    if (!dashboard.annotations.list.some(({ target }) => target?.expr?.includes('build_info'))) say('no annotation marks deployments');
    if (!dashboard.panels.some(({ links = [] }) => links.some(({ url }) => url.startsWith(`${runbook}#`)))) say('no panel links to the runbook');
    grid(dashboard.panels, say);
    for (const panel of dashboard.panels) checkPanel(panel, (problem) => say(`"${panel.title}": ${problem}`));
  }
  if (!dashboards.some(({ file }) => file === project.home)) problems.push(`compose.yaml: the home dashboard ${project.home} does not exist`);
  return problems;
}

// Every variable is defined once and used by a panel. job and instance are required.
function variables(dashboard, say) {
  const defined = dashboard.templating.list.map(({ name }) => name);
  const all = JSON.stringify(dashboard);
  for (const name of new Set([...all.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name))) {
    if (!defined.includes(name) && !builtIn.has(name)) say(`undefined variable $${name}`);
  }
  const queries = dashboard.panels.flatMap(({ targets }) => targets).map(({ expr }) => expr).join('\n');
  for (const name of defined) if (!queries.includes(`$${name}`)) say(`no panel uses $${name}`);
  for (const name of ['job', 'instance']) if (!defined.includes(name)) say(`no variable $${name}`);
  for (const name of repeated(defined)) say(`$${name} is defined twice`);
}

// Data sources, recording rules, links to the runbook and to dashboards, and ports exist.
function references(dashboard, { anchors, dataSources, ports, rules, uids }, say) {
  for (const { uid } of find(dashboard, 'datasource')) if (!dataSources.has(uid)) say(`unknown data source ${uid}`);
  for (const expr of find(dashboard, 'expr')) {
    for (const [name] of expr.matchAll(/\b[a-z]+:\w+:\w+/g)) if (!rules.has(name)) say(`no rule records ${name}`);
    if (!expr.includes('$job')) say(`the query does not select $job: ${expr}`);
  }
  for (const url of find(dashboard, 'url')) {
    const [, page, anchor, port, uid] = url.match(/^(https:[^#]*)#?(.*)$|^http:\/\/localhost:(\d+)\/|^\/d\/([\w-]+)/) ?? [];
    const exists = page ? page === runbook && (anchor === '' || anchors.has(anchor)) : port ? ports.has(port) : uids.includes(uid);
    if (!exists) say(`broken link to ${url}`);
  }
}

function grid(panels, say) {
  for (const id of repeated(panels.map(({ id }) => id))) say(`two panels have the id ${id}`);
  for (const [i, { title, gridPos: a }] of panels.entries()) {
    if (a.x < 0 || a.y < 0 || a.w < 1 || a.h < 1 || a.x + a.w > 24) say(`"${title}" is outside the 24 columns`);
    for (const { title: other, gridPos: b } of panels.slice(i + 1)) {
      if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) say(`"${title}" and "${other}" overlap`);
    }
  }
}

function checkPanel({ title, description, fieldConfig, options, targets, transformations = [] }, say) {
  if (!title.trim() || !/worry/i.test(description)) say('no title, or no description of when to worry');
  if (!fieldConfig.defaults.unit && !options.yAxis?.unit) say('no unit');
  for (const refId of repeated(targets.map(({ refId }) => refId))) say(`two queries have the refId ${refId}`);
  const renamed = transformations.flatMap(({ options }) => Object.entries(options.renameByName ?? {}));
  const columns = new Set(renamed.map(([, name]) => name));
  for (const [name] of renamed) {
    const of = name.match(/^Value #(.*)$/)?.[1];
    if (of && !targets.some(({ refId }) => refId === of)) say(`no query returns ${name}`);
  }
  const named = [...fieldConfig.overrides.map(({ matcher }) => matcher).filter(({ id }) => id === 'byName').map(({ options }) => options),
    ...(options.sortBy ?? []).map(({ displayName }) => displayName)];
  for (const name of named) if (!columns.has(name)) say(`unknown column ${name}`);
}

const repeated = (values) => values.filter((value, i) => values.indexOf(value) < i);

// find returns the values of a key at any depth.
const find = (value, key) => value === null || typeof value !== 'object' ? []
  : Object.entries(value).flatMap(([name, child]) => name === key ? [child] : find(child, key));
