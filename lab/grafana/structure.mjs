// What no type can say of the dashboards: places, names, and what they refer to.
import { defaultDashboard } from '@grafana/schema';

const builtIn = new Set(['__all', '__interval', '__range', '__rate_interval', '__url_time_range', '__value']);
const runbook = 'https://example.com/templatesite/blob/main/docs/operations.md';

// structure returns what is wrong with dashboards, as {file, dashboard}. The project is
// what they refer to: {anchors, dataSources, home, ports, rules}.
export function structure(dashboards, project) {
  const problems = [];
  const uids = dashboards.map(({ dashboard }) => dashboard.uid);
  for (const { file, dashboard } of dashboards) {
    const say = (problem) => problems.push(`${file}: ${problem}`);
    if (dashboard.schemaVersion !== defaultDashboard.schemaVersion) say(`the schema's version is not ${defaultDashboard.schemaVersion}`);
    if (repeated(uids).includes(dashboard.uid)) say(`another one has the uid ${dashboard.uid}`);
    for (const link of dashboard.links.filter(({ type }) => type === 'dashboards')) {
      if (!dashboards.every((other) => link.tags.every((tag) => other.dashboard.tags.includes(tag)))) say(`a link by ${link.tags} does not lead to all`);
    }
    variables(dashboard, say);
    references(dashboard, { ...project, uids }, say);
    if (!dashboard.annotations.list.some(({ target }) => target?.expr?.includes('build_info'))) say('nothing marks deployments');
    if (!dashboard.panels.some(({ links = [] }) => links.some(({ url }) => url.startsWith(`${runbook}#`)))) say('no panel leads to the runbook');
    grid(dashboard.panels, say);
    for (const panel of dashboard.panels) panelIsWhole(panel, (problem) => say(`"${panel.title}": ${problem}`));
  }
  if (!dashboards.some(({ file }) => file === project.home)) problems.push(`compose.yaml: there is no ${project.home} to begin with`);
  return problems;
}

// A selector has the job; what a variable offers may be the first of its kind.
function variables(dashboard, say) {
  const defined = dashboard.templating.list.map(({ name }) => name);
  const all = JSON.stringify(dashboard);
  for (const name of new Set([...all.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name))) {
    if (!defined.includes(name) && !builtIn.has(name)) say(`nobody defines $${name}`);
  }
  const asked = dashboard.panels.flatMap(({ targets }) => targets).map(({ expr }) => expr).join('\n');
  for (const name of defined) if (!asked.includes(`$${name}`)) say(`no panel asks for $${name}`);
  for (const name of ['job', 'instance']) if (!defined.includes(name)) say(`there is no $${name}`);
  for (const name of repeated(defined)) say(`$${name} is defined twice`);
}

// References leave the file: to data sources, rules, the runbook, dashboards and ports.
function references(dashboard, { anchors, dataSources, ports, rules, uids }, say) {
  for (const { uid } of find(dashboard, 'datasource')) if (!dataSources.has(uid)) say(`there is no data source ${uid}`);
  for (const expr of find(dashboard, 'expr')) {
    for (const [name] of expr.matchAll(/\b[a-z]+:\w+:\w+/g)) if (!rules.has(name)) say(`no rule records ${name}`);
    if (!expr.includes('$job')) say(`not asked of $job: ${expr}`);
  }
  for (const url of find(dashboard, 'url')) {
    const [, page, anchor, port, uid] = url.match(/^(https:[^#]*)#?(.*)$|^http:\/\/localhost:(\d+)\/|^\/d\/([\w-]+)/) ?? [];
    const right = page ? page === runbook && (anchor === '' || anchors.has(anchor)) : port ? ports.has(port) : uids.includes(uid);
    if (!right) say(`nothing is at ${url}`);
  }
}

function grid(panels, say) {
  for (const id of repeated(panels.map(({ id }) => id))) say(`two panels have the id ${id}`);
  for (const [i, { title, gridPos: a }] of panels.entries()) {
    if (a.x < 0 || a.y < 0 || a.w < 1 || a.h < 1 || a.x + a.w > 24) say(`"${title}" is outside of the 24 columns`);
    for (const { title: other, gridPos: b } of panels.slice(i + 1)) {
      if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) say(`"${title}" and "${other}" overlap`);
    }
  }
}

function panelIsWhole({ title, description, fieldConfig, options, targets, transformations = [] }, say) {
  if (!title.trim() || !/worry/i.test(description)) say('there is no title, or no word about when to worry');
  if (!fieldConfig.defaults.unit && !options.yAxis?.unit) say('there is no unit');
  for (const refId of repeated(targets.map(({ refId }) => refId))) say(`two queries have the refId ${refId}`);
  const renamed = transformations.flatMap(({ options }) => Object.entries(options.renameByName ?? {}));
  const columns = new Set(renamed.map(([, name]) => name));
  for (const [name] of renamed) {
    const of = name.match(/^Value #(.*)$/)?.[1];
    if (of && !targets.some(({ refId }) => refId === of)) say(`no query makes ${name}`);
  }
  const named = [...fieldConfig.overrides.map(({ matcher }) => matcher).filter(({ id }) => id === 'byName').map(({ options }) => options),
    ...(options.sortBy ?? []).map(({ displayName }) => displayName)];
  for (const name of named) if (!columns.has(name)) say(`there is no column ${name}`);
}

const repeated = (values) => values.filter((value, i) => values.indexOf(value) < i);

// find returns the values of a key, wherever it is.
const find = (value, key) => value === null || typeof value !== 'object' ? []
  : Object.entries(value).flatMap(([name, child]) => name === key ? [child] : find(child, key));
