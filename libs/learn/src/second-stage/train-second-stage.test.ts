import { ExploreError, HEADS } from '@explore/explore'
import { beforeAll, describe, expect, it } from 'vitest'
import { rankingBatch } from '../examples/batch.ts'
import { LABELS } from '../examples/labels.ts'
import { plantedLog, type PlantedLog } from '../examples/planted-log.ts'
import { type Examples, replay } from '../examples/replay.ts'
import { splitByTime, timeAt } from '../examples/time-split.ts'
import { auc } from '../metrics/auc.ts'
import { secondStageScorer } from './second-stage-scorer.ts'
import { trainSecondStage, type TrainedSecondStage } from './train-second-stage.ts'

const examplesOf = (log: PlantedLog): Promise<Examples> =>
  replay({
    events: [log.events],
    catalogue: log.catalogue,
    attributes: log.attributes,
    limits: { seen: 4000 },
  })

const OPTIONS = { seed: 1, size: 'small', batch: 256, rate: 0.006 } as const

const clicks = ({ ranking }: Examples, rows: Uint32Array): Uint8Array =>
  Uint8Array.from(rows, row => ranking.labels[row * LABELS.length])

describe('trainSecondStage', () => {
  let log: PlantedLog
  let examples: Examples
  let trained: TrainedSecondStage

  beforeAll(async () => {
    log = plantedLog({ users: 150, requests: 18 })
    examples = await examplesOf(log)
    trained = await trainSecondStage(examples, OPTIONS)
  })

  it("learns who likes which topic, where an item's popularity knows nothing", async () => {
    const { ranking, viewers } = examples
    const { before, after } = splitByTime(ranking.time, timeAt(ranking.time, 0.9))
    const scorer = await secondStageScorer(trained.model)
    const batch = rankingBatch(examples, after)
    const { click } = await scorer.predict(batch.viewers, batch.candidates)
    await scorer.release()

    const shown = new Float64Array(log.catalogue.size)
    const clicked = new Float64Array(log.catalogue.size)
    const trainClicks = clicks(examples, before)
    before.forEach((row, i) => {
      shown[ranking.item[row]!]!++
      clicked[ranking.item[row]!]! += trainClicks[i]!
    })
    const y = clicks(examples, after)
    const popularity = Float64Array.from(after, row => {
      const item = ranking.item[row]!
      return (clicked[item]! + 1) / (shown[item]! + 4)
    })
    const oracle = Float64Array.from(after, row =>
      log.truth(examples.users[viewers.user[ranking.viewer[row]!]!]!, ranking.item[row]!),
    )
    expect(auc(popularity, y)).toBeLessThan(0.6)
    expect(auc(click, y)).toBeGreaterThan(auc(oracle, y) - 0.06)
    expect(auc(click, y)).toBeGreaterThan(auc(popularity, y) + 0.15)
    expect(trained.metrics.heads.click.auc).toBeCloseTo(auc(click, y), 1)
    expect(trained.metrics.heads.click.ne).toBeLessThan(0.9)
  })

  it('predicts likes as part of the clicks', async () => {
    const batch = rankingBatch(
      examples,
      Uint32Array.from({ length: 500 }, (_, i) => i * 30),
    )
    const scorer = await secondStageScorer(trained.model)
    const { click, like } = await scorer.predict(batch.viewers, batch.candidates)
    await scorer.release()
    const sum = (values: Float32Array) => values.reduce((a, b) => a + b)
    expect(sum(like) / sum(click)).toBeGreaterThan(0.2)
    expect(sum(like) / sum(click)).toBeLessThan(0.4)
    expect(trained.metrics.heads.like.auc).toBeGreaterThan(0.7)
  })

  it('says which heads it trained, and answers their base rate for the others', async () => {
    const { heads, trainRows } = trained.metrics
    expect(HEADS.filter(head => heads[head].trained)).toEqual(['click', 'like', 'see_less'])
    const scorer = await secondStageScorer(trained.model)
    const batch = rankingBatch(examples, [5, 6])
    const { report } = await scorer.predict(batch.viewers, batch.candidates)
    await scorer.release()
    expect(Array.from(report)).toEqual(Array(2).fill(Math.fround(0.5 / (trainRows + 1))))
    expect(heads.report.positives).toBe(0)
  })

  it('still tells topics apart for an item without an embedding of its own', async () => {
    const { after } = splitByTime(examples.ranking.time, timeAt(examples.ranking.time, 0.9))
    const batch = rankingBatch(examples, after)
    batch.candidates.items.fill(0)
    const scorer = await secondStageScorer(trained.model)
    const { click } = await scorer.predict(batch.viewers, batch.candidates)
    await scorer.release()
    expect(auc(click, clicks(examples, after))).toBeGreaterThan(0.7)
  })

  it('gives the same bytes for the same seed, and others for another', async () => {
    const few = await examplesOf(plantedLog({ users: 40, requests: 8 }))
    const bytes = async (seed: number) =>
      Buffer.from((await trainSecondStage(few, { ...OPTIONS, epochs: 1, seed })).model)
    const first = await bytes(1)
    expect(first.equals(await bytes(1))).toBe(true)
    expect(first.equals(await bytes(2))).toBe(false)
  })

  it('calibrates on what happened last', async () => {
    const shifted = await examplesOf(plantedLog({ users: 150, requests: 18, shift: 0.9 }))
    const { metrics } = await trainSecondStage(shifted, OPTIONS)
    // Clicks fell by almost half: uncalibrated, predictions would be near twice too high.
    expect(metrics.heads.click.calibration).toBeGreaterThan(0.9)
    expect(metrics.heads.click.calibration).toBeLessThan(1.1)
  })

  it('reports progress and stops when asked to', async () => {
    const notes: string[] = []
    const controller = new AbortController()
    const training = trainSecondStage(examples, {
      ...OPTIONS,
      signal: controller.signal,
      onProgress: (fraction, note) => {
        notes.push(note)
        expect(fraction).toBeCloseTo(notes.length / 54, 1)
        if (notes.length === 3) controller.abort(new Error('enough'))
      },
    })
    await expect(training).rejects.toThrow('enough')
    expect(notes).toHaveLength(3)
    expect(notes[2]).toMatch(/^pass 1 of 2 · loss [\d.]+ · [\d,]+\/s$/)
  })

  it('refuses to learn from next to nothing', async () => {
    const tiny = await examplesOf(plantedLog({ users: 2, requests: 2 }))
    const failed = await trainSecondStage(tiny, OPTIONS).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(ExploreError)
    expect((failed as ExploreError).code).toBe('TRAIN_DATA')
  })
})
