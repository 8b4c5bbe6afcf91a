// Types of the dashboards: Grafana's published types as JSON, made stricter where they are open.
// Types that Grafana does not publish are marked OURS.
import type * as schema from '@grafana/schema/dist/types/raw/dashboard/x/dashboard_types.gen.d.ts';
import type * as bargauge from '@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts';
import type * as gauge from '@grafana/schema/dist/types/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen.d.ts';
import type * as heatmap from '@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts';
import type * as stat from '@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts';
import type * as statetimeline from '@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.d.ts';
import type * as table from '@grafana/schema/dist/types/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts';
import type * as timeseries from '@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { ReduceDataOptions, VizLegendOptions } from '@grafana/schema';

// Json is a type in JSON, where a member of an enum is its value. Required keys stay required, even
// if Grafana has a default, so that files are complete.
type Json<T> = T extends string ? `${T}`
  : T extends number ? (`${T}` extends `${infer N extends number}` ? N : never)
  : T extends Array<infer E> ? Array<Json<E>>
  : T extends object ? { [K in keyof T]: Json<T[K]> }
  : T;

// With is T with the types of some of its keys replaced.
type With<T, R> = Omit<T, keyof R> & R;

// ---- OURS: types that Grafana leaves open or does not publish -------------------------

// Grafana accepts any string as a unit, and shows an unknown one as text.
type Unit = 'Bps' | 'bytes' | 'cps' | 'none' | 'ops' | 'percentunit' | 'reqps' | 's' | 'short';
type Calc = 'lastNotNull' | 'max' | 'mean' | 'sum';
type Color = 'blue' | 'green' | 'orange' | 'purple' | 'red' | 'text' | 'yellow';
type DataSource = { type: 'prometheus'; uid: string };
type Link = Required<Pick<schema.DashboardLink, 'targetBlank' | 'title' | 'url'>>;
type Matcher = { id: 'byName' | 'byRegexp'; options: string };
type Transformation =
  | { id: 'merge'; options: Record<string, never> }
  | { id: 'organize'; options: { excludeByName?: Record<string, boolean>; indexByName?: Record<string, number>; renameByName?: Record<string, string> } };
type Target = Omit<Json<Dataquery>, '_implementsDataqueryVariant'> & { refId: string };

// ---- Panels ----------------------------------------------------------------------

type Field = With<Json<schema.FieldConfig>, {
  color?: With<Json<schema.FieldColor>, { fixedColor?: Color }>;
  custom?: never;
  links?: Link[];
  thresholds?: With<Json<schema.ThresholdsConfig>, { steps: Array<{ color: Color; value: number | null }> }>;
  unit?: Unit;
}>;

// Property is an option that an override can set: one of the field, or of its panel.
type Property<Custom> =
  | { [K in keyof Field]-?: { id: K; value: NonNullable<Field[K]> } }[keyof Field]
  | { [K in keyof Custom & string]-?: { id: `custom.${K}`; value: NonNullable<Json<Custom[K]>> } }[keyof Custom & string];

// Closed is a panel's options, limited to existing calculations and units.
type Closed<Options> = With<Options,
  (Options extends { reduceOptions: unknown } ? { reduceOptions: With<ReduceDataOptions, { calcs: Calc[] }> } : {})
  & (Options extends { legend: Json<VizLegendOptions> } ? { legend: With<Json<VizLegendOptions>, { calcs: Calc[] }> } : {})
  & (Options extends { yAxis: unknown } ? { yAxis: With<Json<heatmap.YAxisConfig>, { unit: Unit }> } : {})>;

type PanelOf<Type extends string, Options, Custom> = With<Json<schema.Panel>, {
  datasource: DataSource;
  description: string;
  fieldConfig: {
    defaults: With<Field, { custom?: Json<Custom> }>;
    overrides: Array<{ matcher: Matcher; properties: Array<Property<Custom>> }>;
  };
  gridPos: Json<schema.GridPos>;
  id: number;
  links?: Link[];
  options: Closed<Json<Options>>;
  targets: Target[];
  title: string;
  transformations?: Transformation[];
  type: Type;
}>;

export type Panel =
  | PanelOf<'bargauge', bargauge.Options, {}>
  | PanelOf<'gauge', gauge.Options, {}>
  | PanelOf<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | PanelOf<'stat', stat.Options, {}>
  | PanelOf<'state-timeline', statetimeline.Options, statetimeline.FieldConfig>
  | PanelOf<'table', table.Options, table.FieldConfig>
  | PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>;

// ---- The dashboard ---------------------------------------------------------------

type Variable = With<Json<schema.VariableModel>, {
  current: Json<schema.VariableOption>;
  datasource: DataSource;
  label: string;
  query: { query: string; refId: string };
  type: 'query';
}>;

// tagKeys, textFormat and titleFormat are options of the Prometheus data source, which Grafana's type
// does not include.
type Annotation = With<Json<schema.AnnotationQuery>, {
  datasource: DataSource;
  iconColor: Color;
  tagKeys: string;
  target: Target;
  textFormat: string;
  titleFormat: string;
}>;

// id and version belong to dashboards in Grafana's database, not to files in Git.
export type Dashboard = With<Omit<Json<schema.Dashboard>, 'gnetId' | 'id' | 'revision' | 'snapshot' | 'version'>, {
  annotations: { list: Annotation[] };
  panels: Panel[];
  tags: string[];
  templating: { list: Variable[] };
  title: string;
  uid: string;
}>;
