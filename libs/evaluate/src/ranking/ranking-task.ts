import { ExploreError, type Event, type Millis } from '@explore/explore'
import { type Examples, type Label, LABELS, replay } from '@explore/learn'
import type { Dataset } from '../dataset.ts'
import { refuseNewer } from './refuse-newer.ts'

/** When a ranking experiment learns, calibrates and is judged. */
export interface Cuts {
  /** Impressions before teach. */
  readonly validFrom: Millis
  /** Impressions from `validFrom` to then choose and calibrate. */
  readonly validTo: Millis
  /** Impressions from then on are predicted; those between `validTo` and then are not looked at. */
  readonly testFrom: Millis
  /** No feature knows what happened from then on. Default: features are as of the impression. */
  readonly frozenAt?: Millis
}

/** A ranking experiment: rows of impressions to learn from, to choose by, and to predict. */
export interface RankingTask {
  readonly examples: Examples
  readonly cuts: Cuts
  /** Rows before `validFrom`, those of history without impressions included. */
  readonly train: Uint32Array
  readonly valid: Uint32Array
  readonly test: Uint32Array
  /** How it was made, for the report. */
  readonly facts: Readonly<Record<string, string | number>>
}

/** Replays the data, in the order of time, and divides its impressions. Throws TRAIN_DATA for an empty part. */
export const rankingTask = async (data: Dataset, cuts: Cuts): Promise<RankingTask> => {
  const { events, late } = inTimeOrder(data.events)
  const { frozenAt } = cuts
  const examples = await replay({
    events: batches(events),
    catalogue: data.catalogue,
    attributes: data.attributes,
    limits: { seen: 5000 },
    requests: 0,
    ...(frozenAt !== undefined && { frozenAt }),
  })
  refuseNewer(examples, frozenAt)
  const { time, partial } = examples.ranking
  const rows = Uint32Array.from(time.keys())
  const between = (from: Millis, to: Millis): Uint32Array =>
    rows.filter(row => time[row]! >= from && time[row]! < to && partial[row] === 0)
  const valid = between(cuts.validFrom, cuts.validTo)
  const test = between(cuts.testFrom, Infinity)
  const train = rows.filter(row => time[row]! < cuts.validFrom)
  const impressions = between(-Infinity, cuts.validFrom).length
  for (const [part, size] of Object.entries({
    train: impressions,
    valid: valid.length,
    test: test.length,
  })) {
    if (size > 0) continue
    throw new ExploreError('TRAIN_DATA', `the log has no impressions to ${PURPOSE[part]!}`, {
      hint: 'a ranking evaluation needs impressions before, between and after its cuts',
    })
  }
  return {
    examples,
    cuts,
    train,
    valid,
    test,
    facts: {
      impressions: `${impressions} to train, ${valid.length} to calibrate, ${test.length} to test`,
      'history rows without impressions': train.length - impressions,
      'test users': new Set(usersOf(examples, test)).size,
      features:
        frozenAt === undefined
          ? 'as of the impression'
          : `as of ${new Date(frozenAt).toISOString()}`,
      ...(late > 0 && { 'events that came late': `${late}, sorted by time` }),
    },
  }
}

const PURPOSE: Readonly<Record<string, string>> = {
  train: 'train on',
  valid: 'calibrate on',
  test: 'test on',
}

/** 0 or 1 for each of the rows. */
export const labelsOf = ({ ranking }: Examples, label: Label, rows: Uint32Array): Uint8Array => {
  const column = LABELS.indexOf(label)
  return Uint8Array.from(rows, row => ranking.labels[row * LABELS.length + column]!)
}

/** Index of each row's user. */
export const usersOf = ({ viewers, ranking }: Examples, rows: Uint32Array): Uint32Array =>
  rows.map(row => viewers.user[ranking.viewer[row]!]!)

/** Where the log is out of order, its features would be newer than what they are features of. */
const inTimeOrder = (
  events: readonly Event[],
): { readonly events: readonly Event[]; readonly late: number } => {
  let latest = -Infinity
  let late = 0
  for (const { time } of events) {
    if (time < latest) late++
    else latest = time
  }
  return { events: late === 0 ? events : events.toSorted((a, b) => a.time - b.time), late }
}

const BATCH = 4096

function* batches(events: readonly Event[]): Generator<readonly Event[]> {
  for (let at = 0; at < events.length; at += BATCH) yield events.slice(at, at + BATCH)
}
