// One example for each thing that structure() refuses: what it says, and the change of
// the first dashboard, or of all of them, that makes it say so.
export const wrong = [
  ["the schema's version is not", (d) => { d.schemaVersion -= 1; }],
  ['another one has the uid', (d, all) => { d.uid = all[1].dashboard.uid; }],
  ['does not lead to all', (d, all) => { all[1].dashboard.tags = ['other']; }],
  ['nothing marks deployments', (d) => { d.annotations.list = []; }],
  ['no panel leads to the runbook', (d) => { for (const panel of d.panels) delete panel.links; }],
  ['there is no $instance', (d) => { d.templating.list = d.templating.list.filter(({ name }) => name !== 'instance'); }],
  ['nobody defines $other', (d) => { query(d).expr += ' + $other'; }],
  ['nobody defines $other', (d) => { d.panels[0].title = 'Of ${other}'; }],
  ['no panel asks for $other', (d) => { d.templating.list.push({ ...d.templating.list[0], name: 'other' }); }],
  ['$job is defined twice', (d) => { d.templating.list.push(d.templating.list[0]); }],
  ['there is no data source other', (d) => { d.panels[0].datasource.uid = 'other'; }],
  ['there is no data source other', (d) => { d.annotations.list[0].datasource.uid = 'other'; }],
  ['no rule records job:other:rate1m', (d) => { query(d).expr = 'job:other:rate1m{job="$job"}'; }],
  ['not asked of $job: up', (d) => { query(d).expr = 'up'; }],
  ['not asked of $job: build_info', (d) => { d.annotations.list[0].target.expr = 'build_info'; }],
  ['nothing is at', (d) => { link(d).url += '-other'; }],
  ['nothing is at https://example.com/', (d) => { link(d).url = 'https://example.com/'; }],
  ['nothing is at http://localhost:1/', (d) => { link(d).url = 'http://localhost:1/'; }],
  ['nothing is at /d/other', (d) => { link(d).url = '/d/other'; }],
  ['nothing is at other', (d) => { link(d).url = 'other'; }],
  ['two panels have the id', (d) => { d.panels[1].id = d.panels[0].id; }],
  ['overlap', (d) => { d.panels[1].gridPos = { ...d.panels[0].gridPos }; }],
  ['overlap', (d) => { d.panels[0].gridPos.h += 1; }],
  ['is outside of the 24 columns', (d) => { d.panels.at(-1).gridPos.w = 25; }],
  ['there is no title', (d) => { d.panels[0].title = ' '; }],
  ['no word about when to worry', (d) => { d.panels[0].description = 'Requests.'; }],
  ['there is no unit', (d) => { delete d.panels[0].fieldConfig.defaults.unit; }],
  ['two queries have the refId', (d) => { d.panels[0].targets.push(query(d)); }],
  ['no query makes Value #Z', (d) => { table(d).transformations.at(-1).options.renameByName['Value #Z'] = 'Z'; }],
  ['there is no column other', (d) => { table(d).fieldConfig.overrides[0].matcher.options = 'other'; }],
  ['there is no column other', (d) => { table(d).options.sortBy[0].displayName = 'other'; }],
  ['to begin with', (d, all) => { all.pop(); }],
];

const query = (dashboard) => dashboard.panels[0].targets[0];
const link = (dashboard) => dashboard.panels.find(({ links }) => links).links[0];
const table = (dashboard) => dashboard.panels.find(({ type }) => type === 'table');
