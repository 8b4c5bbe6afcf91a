// Makes invalid dashboards from valid ones. The compiler has to reject each of them.

// Keys whose values may be any text, and maps whose keys may be any text.
const texts = new Set(['allValue', 'description', 'displayName', 'expr', 'fill', 'from', 'group', 'icon', 'label', 'legendFormat', 'name', 'noValue',
  'options', 'query', 'refId', 'refresh', 'scheme', 'tagKeys', 'tags', 'text', 'textFormat', 'timezone', 'title', 'titleFormat', 'to', 'tooltip', 'uid', 'url']);
const maps = new Set(['excludeByName', 'indexByName', 'renameByName', 'texts']);
// Keys whose numbers are enum values.
const choices = new Set(['graphTooltip', 'sort', 'refresh']);

// mutants returns invalid copies of a unit for compile(). Each copy has one mistake: a misspelt key,
// a value of the wrong type, or a string or number that is not in its enum.
export function mutants(unit) {
  const found = [], root = JSON.parse(unit.json);
  const add = (what, path, change) => {
    const copy = structuredClone(root);
    change(path.slice(0, -1).reduce((value, key) => value[key], copy), path.at(-1));
    found.push({ ...unit, name: `${what} at ${shape(root, path)}`, json: JSON.stringify(copy) });
  };
  visit(root, [], (value, path, parent) => {
    const key = path.at(-1), names = named(path, parent);
    if (typeof key === 'string' && !maps.has(names.at(-2))) add('a misspelt key', path, (at) => { at[`${key}x`] = at[key]; delete at[key]; });
    add('a wrong type', path, (at) => { at[key] = ['number', 'boolean'].includes(typeof value) || value === null ? 'wrong' : 42; });
    if (typeof value === 'string' && !isText(names)) add('an unknown string', path, (at) => { at[key] = 'wrong'; });
    if (typeof value === 'number' && choices.has(key)) add('an unknown number', path, (at) => { at[key] = 99; });
  });
  return found;
}

function visit(value, path, each, parent) {
  if (path.length > 0) each(value, path, parent);
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) visit(value[key], [...path, Array.isArray(value) ? Number(key) : key], each, value);
}

// named returns the keys of a path without the indices. The value of an override counts as the
// option that it sets, and the options of a mapping count as texts.
function named(path, parent) {
  const names = path.filter((key) => typeof key === 'string');
  if (names.at(-1) === 'value' && typeof parent.id === 'string') names.push(parent.id.split('.').at(-1));
  return names.map((name, i) => name === 'options' && names[i - 1] === 'mappings' ? 'texts' : name);
}

function isText(names) {
  const key = names.at(-1);
  return texts.has(key) || maps.has(names.at(-2)) || names.includes('current') || names.includes('exemplars') || names.includes('texts');
}

// shape describes a path without its indices, but with the ids or types that determine its type.
const shape = (root, path) => (root.type ?? 'dashboard') + path.map((key, i) => {
  const value = path.slice(0, i + 1).reduce((v, k) => v[k], root);
  return typeof key === 'number' ? `[${value?.id ?? value?.type ?? ''}]` : `.${key}`;
}).join('');
