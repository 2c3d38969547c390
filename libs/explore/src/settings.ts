import { ExploreError } from './errors.ts'
import { GATE_SETTINGS } from './gate-settings.ts'
import { LIMIT_SETTINGS } from './limit-settings.ts'
import { SAMPLE_SETTINGS } from './sample-settings.ts'
import { choice, number, type Setting, text, whole } from './setting.ts'
import { GROUPS, SOURCES } from './types.ts'
import { SOURCE_WEIGHT_SETTINGS, VALUE_WEIGHT_SETTINGS } from './weight-settings.ts'

/** Every tunable of the funnel: key → type, default, bounds, unit and meaning. */
export const SETTINGS = {
  'page.limit': whole(20, 1, 100, 'items', 'Page size where the caller names none'),
  'page.maxLimit': whole(100, 1, 100, 'items', 'Largest page a caller may ask for'),
  'page.deadlineMs': whole(500, 10, 60_000, 'ms', 'Time for one page; late stages fall back'),
  'page.sourcesMs': whole(
    250,
    5,
    60_000,
    'ms',
    'Time for the sources; late ones are left out, so that the rankers keep the rest',
  ),
  'page.sessionMs': whole(1_800_000, 1000, 86_400_000, 'ms', 'How long a cursor stays valid'),
  'groups.newMax': whole(
    5,
    0,
    100_000,
    'items',
    'A viewer who has been shown up to this many is new',
  ),
  'groups.heavyMin': whole(
    100,
    1,
    1_000_000,
    'items',
    'A viewer who has been shown this many is heavy',
  ),
  'groups.segment': text(
    'country',
    '^[A-Za-z0-9_.-]{0,64}$',
    'User attribute whose values are the segments of popular-in-group; empty: one segment for all',
  ),
  'width.candidates': whole(1000, 10, 20_000, 'items', 'Candidates that retrieval mixes'),
  'width.overfetch': number(
    2,
    1,
    10,
    'ratio',
    'How far a source may overfill its share to replace a dry one',
  ),
  'width.secondStage': whole(
    100,
    10,
    1000,
    'items',
    'Best of the first stage that the second stage ranks',
  ),
  ...SOURCE_WEIGHT_SETTINGS,
  'similar.seeds': whole(40, 1, 50, 'items', 'Latest engaged items whose neighbours are asked for'),
  'similar.halfLifeDays': number(7, 0.01, 365, 'days', 'A seed counts half after this time'),
  'trending.minVotes': number(3, 0, 1e6, 'votes', 'Decayed distinct voters an item needs'),
  'trending.authorCap': whole(3, 1, 1000, 'items', 'Most items of one author among the trending'),
  'trending.refreshMs': whole(
    1000,
    0,
    600_000,
    'ms',
    'How old a process lets its trending list get',
  ),
  'fresh.maxAgeHours': number(72, 0.01, 100_000, 'hours', 'Older items are not fresh'),
  'explore.impressions': whole(
    100,
    1,
    100_000,
    'impressions',
    'An item shown as often has graduated from exploration',
  ),
  'explore.maxAgeDays': number(30, 0.01, 100_000, 'days', 'Older items are not explored'),
  'explore.pool': whole(
    2000,
    1,
    100_000,
    'items',
    'Newest cold items that Thompson sampling draws from',
  ),
  ...VALUE_WEIGHT_SETTINGS,
  'integrity.blockAbove': number(0.9, 0, 1, 'probability', 'Items of higher risk are refused'),
  'integrity.downrankAbove': number(
    0.5,
    0,
    1,
    'probability',
    'From this risk on, value shrinks towards 0 at risk 1',
  ),
  'rerank.authorGap': whole(3, 0, 50, 'items', 'No two items of an author within so many places'),
  'rerank.topicWindow': whole(6, 1, 50, 'items', 'Places over which topics are spread'),
  'rerank.topicCap': whole(2, 1, 50, 'items', 'Most items of a topic within the window'),
  'rerank.mmrLambda': number(
    0.8,
    0,
    1,
    'ratio',
    'Value against likeness in MMR; 1 ranks by value alone',
  ),
  'rerank.mmrWindow': whole(10, 1, 50, 'items', 'Last places whose likeness counts in MMR'),
  'rerank.exploreEvery': whole(
    20,
    0,
    100,
    'items',
    'One place in so many is for an item under exploration; 0: none',
  ),
  'state.seen': whole(4000, 100, 1_000_000, 'items', 'Shown items remembered per viewer'),
  'events.unknownItems': choice(
    ['accept', 'reject'],
    'What happens to an event about an item never described',
  ),
  'events.futureMs': whole(
    300_000,
    0,
    86_400_000,
    'ms',
    'Events further in the future are refused',
  ),
  'events.maxAgeDays': whole(3650, 1, 36_500, 'days', 'Older events are refused'),
  'events.maxBatch': whole(1000, 1, 100_000, 'events', 'Most events in one request'),
  'events.maxLag': whole(
    500_000,
    1000,
    100_000_000,
    'events',
    'Unfolded events from which on new ones are refused with 503',
  ),
  'events.spool': whole(
    100_000,
    0,
    100_000_000,
    'events',
    "Events kept on disk while the log's brokers are away; then new ones are refused with 503",
  ),
  'impressions.queue': whole(
    2000,
    0,
    1_000_000,
    'pages',
    'Served pages that wait in memory for a Kafka; further ones go unrecorded. 0: none is recorded',
  ),
  'index.shards': whole(1, 1, 64, 'shards', 'Shards of ann-index that training builds graphs for'),
  'precompute.policy': choice(['heavy', 'all', 'none'], 'Whose pages the off-peak job computes'),
  'precompute.users': whole(
    5000,
    0,
    10_000_000,
    'users',
    'Most pages it computes, most recently active viewers first',
  ),
  'precompute.maxAgeHours': number(
    24,
    0.01,
    720,
    'hours',
    'Older precomputed pages are not served',
  ),
  'precompute.serve': choice(
    ['fallback', 'peak', 'always'],
    'When a precomputed page is served: only if live ranking fails, beyond peak load, or always',
  ),
  'precompute.peakQueue': whole(
    32,
    1,
    100_000,
    'requests',
    'Waiting requests from which on it is peak',
  ),
  ...LIMIT_SETTINGS,
  ...GATE_SETTINGS,
  ...SAMPLE_SETTINGS,
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof SETTINGS

type ValueOf<S extends Setting> = S['type'] extends 'number'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : string

export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> }

/** The defaults with `overrides` over them, all or nothing; throws SETTING_UNKNOWN or SETTING_INVALID. */
export const settingsFrom = (overrides: Readonly<Record<string, unknown>> = {}): Settings => {
  const settings: Record<string, number | boolean | string> = {}
  for (const [key, setting] of Object.entries(SETTINGS)) settings[key] = setting.default
  for (const [key, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(SETTINGS, key)) {
      throw new ExploreError('SETTING_UNKNOWN', `there is no setting ${key}`, { field: key })
    }
    settings[key] = valid(key as SettingKey, value)
  }
  const parsed = settings as unknown as Settings
  if (parsed['page.limit'] > parsed['page.maxLimit']) {
    throw invalid('page.limit', `must not exceed page.maxLimit (${parsed['page.maxLimit']})`)
  }
  if (parsed['page.maxLimit'] > parsed['width.secondStage']) {
    throw invalid(
      'page.maxLimit',
      `must not exceed width.secondStage (${parsed['width.secondStage']})`,
    )
  }
  if (parsed['groups.newMax'] >= parsed['groups.heavyMin']) {
    throw invalid('groups.newMax', `must be below groups.heavyMin (${parsed['groups.heavyMin']})`)
  }
  for (const group of GROUPS) {
    if (SOURCES.every(name => parsed[`sources.${name}.weight.${group}`] === 0)) {
      throw invalid(
        `sources.two-tower.weight.${group}`,
        'at least one source of a group needs a weight above 0',
      )
    }
  }
  return parsed
}

const invalid = (key: string, message: string): ExploreError =>
  new ExploreError('SETTING_INVALID', `${key} ${message}`, { field: key })

const valid = (key: SettingKey, value: unknown): number | boolean | string => {
  const setting = SETTINGS[key] as Setting
  switch (setting.type) {
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw invalid(key, 'must be a number')
      if (value < setting.min || value > setting.max) {
        throw invalid(key, `must be from ${setting.min} to ${setting.max} ${setting.unit}`)
      }
      if (setting.whole && !Number.isInteger(value)) throw invalid(key, 'must be a whole number')
      return value
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(key, 'must be true or false')
      return value
    case 'choice':
      if (typeof value !== 'string' || !setting.choices.includes(value)) {
        throw invalid(key, `must be one of ${setting.choices.join(', ')}`)
      }
      return value
    case 'text':
      if (typeof value !== 'string' || !new RegExp(setting.pattern).test(value)) {
        throw invalid(key, `must match ${setting.pattern}`)
      }
      return value
  }
}
