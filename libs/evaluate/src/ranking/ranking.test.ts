import type { Event } from '@explore/explore'
import type { Label } from '@explore/learn'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../dataset.ts'
import type { Figure, Report } from '../report.ts'
import { evaluateRanking } from './evaluate-ranking.ts'
import { judge } from './judge.ts'
import { methodsOf } from './methods/index.ts'
import { plantedData } from './planted-data.ts'
import { RANKING_PROTOCOLS } from './protocols.ts'
import { type Cuts, labelsOf, rankingTask, type RankingTask } from './ranking-task.ts'
import { refuseNewer } from './refuse-newer.ts'

const data = plantedData()
const cuts: Cuts = RANKING_PROTOCOLS['time-split'].cuts(data)
const signal = new AbortController().signal

const evaluate = (
  only: string,
  flags: Record<string, boolean> = {},
  of: Dataset = data,
): Promise<Report> =>
  evaluateRanking({
    data: async () => of,
    served: () => Promise.reject(new Error('no home')),
    protocol: 'time-split',
    seeds: 1,
    now: () => Date.UTC(2026, 0, 15),
    flags: { only, ...flags },
    onProgress: () => {},
    signal,
  })

/** A figure of a report; null where it was not to be told. */
const figureOf = (report: Report, label: Label, method: string, column: string): number | null => {
  const table = report.tables.find(({ title }) => title.startsWith(`${label},`))!
  const cell = table.rows.find(({ name }) => name === method)!.cells[
    table.columns.findIndex(({ name }) => name === column)
  ] as Figure | null
  return cell && cell.value
}

const withEvents = (events: readonly Event[]): Dataset => ({ ...data, events })

describe('evaluate ranking', () => {
  let task: RankingTask
  beforeAll(async () => {
    task = await rankingTask(data, cuts)
  })

  it('puts the second stage above what knows no viewer, calibrated', async () => {
    const report = await evaluate('random,popularity,counters,second-stage')
    const auc = (method: string) => figureOf(report, 'click', method, 'AUC')!
    expect(Math.abs(auc('random') - 0.5)).toBeLessThan(0.06)
    expect(auc('second stage')).toBeGreaterThan(auc('popularity') + 0.1)
    expect(figureOf(report, 'click', 'second stage', 'NE')).toBeLessThan(0.95)
    expect(figureOf(report, 'click', 'counters, item + user', 'calibration')).toBeGreaterThan(0.8)
    expect(report.facts['impressions']).toMatch(/to train, .* to calibrate, .* to test/)
  })

  it('falls to chance where labels are shuffled', async () => {
    const report = await evaluate('popularity,second-stage', { shuffleLabels: true })
    for (const method of ['popularity', 'second stage']) {
      expect(Math.abs(figureOf(report, 'click', method, 'AUC')! - 0.5)).toBeLessThan(0.1)
    }
  })

  it('has a machine of ids alone that learns who likes what', async () => {
    const [fm] = methodsOf('fm')
    const { click } = await fm!.predict(task, {
      seed: 1,
      labels: ['click'],
      onProgress: () => {},
      signal,
    })
    expect(judge(task, 'click', 'fm', [click!]).figures.auc!.value).toBeGreaterThan(0.5)
  })

  it('tells nothing of a label that is never positive', async () => {
    const report = await evaluate('counters,second-stage,twins')
    for (const method of ['counters, item + user', 'second stage']) {
      expect(figureOf(report, 'save', method, 'AUC')).toBeNull()
      expect(figureOf(report, 'save', method, 'NE')).toBeNull()
    }
    expect(figureOf(report, 'save', 'second stage, a twin per head', 'ECE')).toBeNull()
  })

  it('refuses data in which every label has one class', async () => {
    const shown = withEvents(data.events.filter(({ type }) => type === 'impression'))
    await expect(evaluate('second-stage', {}, shown)).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })

  it('refuses data without impressions on every side of its cuts', async () => {
    await expect(evaluate('random', {}, withEvents([]))).rejects.toMatchObject({
      code: 'TRAIN_DATA',
    })
    const late = { ...cuts, testFrom: cuts.testFrom * 2 }
    await expect(rankingTask(data, late)).rejects.toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('test on') as string,
    })
  })

  it('refuses predictions that are no probabilities', () => {
    const broken = new Float32Array(task.test.length).fill(NaN)
    expect(() => judge(task, 'click', 'broken', [broken])).toThrow(/predicted no probability/)
  })

  it('predicts newcomers and items that nobody described', () => {
    const { examples } = task
    const rows = [...task.test].filter(row =>
      examples.users[examples.viewers.user[examples.ranking.viewer[row]!]!]!.startsWith('new'),
    )
    const nowhere = data.catalogue.ordinal('nowhere')
    expect(rows.length).toBe(30)
    expect(rows.filter(row => examples.ranking.item[row] === nowhere).length).toBe(5)
  })

  it('refuses a method that there is not, and names those that there are', () => {
    expect(() => methodsOf('magic')).toThrow(/no ranking method 'magic'/)
    expect(methodsOf('without-attention,without-partial-rows').length).toBe(2)
  })
})

describe('what features know', () => {
  /** All features of the first rows of the test, by user and item. */
  const features = ({ examples, test }: RankingTask, rows = 40) =>
    [...test.subarray(0, rows)].map(row => {
      const { viewer, dense, cross } = examples.ranking
      const width = dense.length / examples.ranking.length
      return {
        dense: [...dense.subarray(row * width, (row + 1) * width)],
        cross: [...cross.subarray(row * 12, (row + 1) * 12)],
        viewer: examples.viewers.gather([viewer[row]!]),
      }
    })

  it('is not newer than the impression: without all that came later they are the same', async () => {
    const whole = await rankingTask(data, cuts)
    const { time, viewer } = whole.examples.ranking
    const row = whole.test[39]!
    // Nothing after the impressions of the 40th row's request, and no reaction to them.
    const began = whole.examples.viewers.time[viewer[row]!]!
    const until = data.events.filter(
      ({ time: at, type }) => at < began || (type === 'impression' && at <= time[row]! + 20_000),
    )
    const cut = await rankingTask(withEvents(until), cuts)
    const before = (task: RankingTask) =>
      features(task).filter((_, i) => task.examples.ranking.time[task.test[i]!]! <= began)
    expect(before(cut).length).toBeGreaterThan(20)
    expect(before(cut)).toEqual(before(whole))
  })

  it('stops where it is frozen', async () => {
    const frozenAt = cuts.validFrom
    const frozen = await rankingTask(data, { ...cuts, frozenAt })
    const other = withEvents(
      data.events.filter(({ time, type }) => time < frozenAt || type === 'impression'),
    )
    expect(features(await rankingTask(other, { ...cuts, frozenAt }))).toEqual(features(frozen))
    expect(features(await rankingTask(data, cuts))).not.toEqual(features(frozen))
  })

  it('is refused where it is newer', async () => {
    const { examples } = await rankingTask(data, cuts)
    const time = examples.ranking.time.slice()
    time[100] = time[100]! - 3_600_000
    const tampered = { ...examples, ranking: { ...examples.ranking, time } }
    expect(() => refuseNewer(examples)).not.toThrow()
    expect(() => refuseNewer(tampered)).toThrow(/row 100 .* after its impression/)
    expect(() => refuseNewer(examples, cuts.validFrom)).toThrow(/after they were frozen/)
  })

  it('of a log out of order is that of the sorted log, and the report says so', async () => {
    const events = [...data.events]
    for (let i = 0; i + 1 < events.length; i += 50) {
      ;[events[i], events[i + 1]] = [events[i + 1]!, events[i]!]
    }
    const disordered = await rankingTask(withEvents(events), cuts)
    const ordered = await rankingTask(data, cuts)
    expect(features(disordered)).toEqual(features(ordered))
    expect(labelsOf(disordered.examples, 'click', disordered.test)).toEqual(
      labelsOf(ordered.examples, 'click', ordered.test),
    )
    expect(disordered.facts['events that came late']).toMatch(/sorted by time/)
  })
})
