import { type Bundle, GROUPS, type Settings, settingsFrom, SOURCES } from '@explore/explore'

/** One variant of the funnel: overrides of the settings, and what its bundle lacks. */
export interface FunnelArm {
  readonly name: string
  readonly settings: Settings
  readonly bundle: (whole: Bundle) => Bundle
  /** Tells runs with the same settings apart. */
  readonly salt?: string
}

const whole = (bundle: Bundle): Bundle => bundle

const leftOut = (): never => {
  throw new Error('left out of this arm')
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

/** The funnel, the funnel again with other draws (A/A), and the funnel without each stage and each source. */
export const funnelArms = (): readonly FunnelArm[] => [
  { name: 'funnel', settings: settingsFrom(), bundle: whole },
  { name: 'funnel again (A/A)', settings: settingsFrom(), bundle: whole, salt: 'again' },
  {
    name: 'without first stage',
    settings: settingsFrom(),
    bundle: bundle => ({ ...bundle, firstStage: { score: leftOut } }),
  },
  {
    name: 'without second stage',
    settings: settingsFrom(),
    bundle: bundle => ({ ...bundle, secondStage: { predict: leftOut } }),
  },
  { name: 'without value model', settings: settingsFrom(CLICKS_ONLY), bundle: whole },
  { name: 'without reranking', settings: settingsFrom(NO_RULES), bundle: whole },
  ...SOURCES.map(source => ({
    name: `without ${source}`,
    settings: settingsFrom(everyGroup(`sources.${source}.weight`, 0)),
    bundle: whole,
  })),
]
