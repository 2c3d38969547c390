import { RUNGS, type Serving } from '@explore/evaluate'
import { GROUPS, type Settings, settingsFrom, SOURCES } from '@explore/explore'

/** One variant of the funnel: overrides of the settings, and what does not answer. */
export interface FunnelArm {
  readonly name: string
  readonly settings: Settings
  readonly without?: (whole: Serving) => Serving
  /** Tells runs with the same settings apart. */
  readonly salt?: string
}

const everyGroup = (key: string, value: number): Record<string, number> =>
  Object.fromEntries(GROUPS.map(group => [`${key}.${group}`, value]))

/** Clicks only: what ranks where nobody weighs values. */
const CLICKS_ONLY = Object.assign(
  {},
  ...['long_view', 'like', 'save', 'share', 'see_less', 'hide_author', 'report'].map(head =>
    everyGroup(`value.${head}`, 0),
  ),
) as Record<string, number>

const NO_RULES = {
  'rerank.authorGap': 0,
  'rerank.topicCap': 50,
  'rerank.mmrLambda': 1,
  'rerank.exploreEvery': 0,
}

/** Services whose loss viewers may feel: sessions go on, and nobody has made pages before. */
const LOST = [
  'value-model-rerank',
  'ann-index',
  'first-stage',
  'second-stage-mtml',
  'both rankers',
  'retrieval-sources',
]

/** The funnel, the funnel again with other draws (A/A), and the funnel without each service, stage and source. */
export const funnelArms = (): readonly FunnelArm[] => [
  { name: 'funnel', settings: settingsFrom() },
  { name: 'funnel again (A/A)', settings: settingsFrom(), salt: 'again' },
  ...RUNGS.filter(({ name }) => LOST.includes(name)).map(({ name, without }) => ({
    name: `without ${name}`,
    settings: settingsFrom(),
    without,
  })),
  { name: 'without value model', settings: settingsFrom(CLICKS_ONLY) },
  { name: 'without reranking', settings: settingsFrom(NO_RULES) },
  ...SOURCES.map(source => ({
    name: `without ${source}`,
    settings: settingsFrom(everyGroup(`sources.${source}.weight`, 0)),
  })),
]
