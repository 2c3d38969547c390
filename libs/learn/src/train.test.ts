import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Artifacts, Catalogue, type Event, settingsFrom } from '@explore/explore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plantedLog } from './examples/planted-log.ts'
import { openSession } from './runtime.ts'
import { trainAll, type TrainInput } from './train.ts'

const settings = settingsFrom()

const planted = (options: Parameters<typeof plantedLog>[0]): TrainInput => {
  const { catalogue, events, attributes } = plantedLog(options)
  const batches = [events.slice(0, 100), events.slice(100)]
  return { events: batches, catalogue, attributes, settings, seed: 1, requests: 120 }
}

const bytes = (a: Uint8Array | Float32Array | Uint32Array): Buffer =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength)

describe('trainAll', () => {
  const input = planted({ users: 80, requests: 10 })
  const told: (readonly [string, number])[] = []
  let artifacts: Artifacts
  beforeAll(async () => {
    artifacts = await trainAll({
      ...input,
      onProgress: (stage, fraction) => void told.push([stage, fraction]),
    })
  })

  it('gives every model of the bundle and tables of the catalogue’s size', async () => {
    const { size } = input.catalogue
    const { vectors, dimension, firstItems, firstDimension, neighbours } = artifacts
    expect(vectors).toHaveLength(size * dimension)
    expect(firstItems).toHaveLength(size * firstDimension)
    expect(neighbours.items).toHaveLength(size * neighbours.width)
    expect(neighbours.scores).toHaveLength(size * neighbours.width)
    for (const model of Object.values(artifacts.models)) {
      const session = await openSession(model)
      expect(session.outputs.length).toBeGreaterThan(0)
      await session.release()
    }
  })

  it('reports what each stage reached', () => {
    expect(artifacts.metrics).toMatchObject({
      impressions: 4800,
      retrieval: { towers: { 'recall@100': expect.any(Number) } },
      secondStage: { heads: { click: { trained: true } } },
      firstStage: { pselect: { 'recall@100@10': expect.any(Number) }, heldOut: 12 },
    })
    for (const stage of ['replay', 'retrieval', 'second stage', 'first stage']) {
      expect(told.filter(([name]) => name === stage).at(-1)![1]).toBeCloseTo(1, 1)
    }
  })

  it('gives the same bytes whether retrieval trains in its own process or not', async () => {
    const again = await trainAll({ ...input, processes: 1 })
    for (const name of Object.keys(artifacts.models) as (keyof Artifacts['models'])[]) {
      expect(bytes(again.models[name]).equals(bytes(artifacts.models[name]))).toBe(true)
    }
    expect(bytes(again.vectors).equals(bytes(artifacts.vectors))).toBe(true)
    expect(bytes(again.firstItems).equals(bytes(artifacts.firstItems))).toBe(true)
    expect(bytes(again.neighbours.items).equals(bytes(artifacts.neighbours.items))).toBe(true)
    expect(again.metrics).toEqual(artifacts.metrics)
  })

  it('takes attributes that have to be waited for', async () => {
    const asked: string[] = []
    const stop = new AbortController()
    const training = trainAll({
      ...input,
      attributes: async user => {
        asked.push(user)
        return input.attributes(user)
      },
      onProgress: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    })
    await expect(training).rejects.toThrow('enough')
    expect(new Set(asked).size).toBe(80)
    expect(asked).toHaveLength(80)
  })

  it.each([['retrieval'], ['second stage'], ['first stage']])(
    'stops in the %s when it is told to',
    async stage => {
      const stop = new AbortController()
      const training = trainAll({
        ...input,
        onProgress: name => {
          if (name === stage) stop.abort(new Error(`enough of ${stage}`))
        },
        signal: stop.signal,
      })
      await expect(training).rejects.toThrow(`enough of ${stage}`)
    },
  )
})

describe('trainAll, cut short or going on', () => {
  const input: TrainInput = { ...planted({ users: 40, requests: 8 }), requests: 40 }
  let folder: string
  let whole: Artifacts
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'explore-train-'))
    whole = await trainAll({ ...input, processes: 1 })
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([['retrieval'], ['second stage'], ['first stage']])(
    'cut short in the %s, it goes on to the same bytes',
    async stage => {
      const own = join(folder, stage)
      mkdirSync(own)
      const resumable: TrainInput = { ...input, folder: own, checkpoints: { folder: own } }
      const stop = new AbortController()
      const training = trainAll({
        ...resumable,
        onProgress: (name, fraction) => {
          if (name === stage && fraction > 0.55) stop.abort(new Error('enough'))
        },
        signal: stop.signal,
      })
      await expect(training).rejects.toThrow('enough')
      const told: number[] = []
      const again = await trainAll({
        ...resumable,
        onProgress: (name, fraction) => void (name === stage && told.push(fraction)),
      })
      if (stage !== 'first stage') expect(told[0]).toBeGreaterThan(0.5)
      for (const name of Object.keys(whole.models) as (keyof Artifacts['models'])[]) {
        expect(bytes(again.models[name]).equals(bytes(whole.models[name]))).toBe(true)
      }
      expect(bytes(again.vectors).equals(bytes(whole.vectors))).toBe(true)
      expect(bytes(again.neighbours.items).equals(bytes(whole.neighbours.items))).toBe(true)
      expect(again.metrics).toEqual(whole.metrics)
    },
    300_000,
  )

  it('goes on from its own models with what is new', async () => {
    const { metrics, trained } = whole
    const models = { ...whole.models, 'second-stage': trained! }
    const since = (metrics as { trainedTo: number }).trainedTo
    const warm = await trainAll({ ...input, initial: { models, since }, processes: 1 })
    const rowsOf = ({ metrics }: Artifacts) =>
      (metrics as { secondStage: { trainRows: number } }).secondStage.trainRows
    expect(rowsOf(warm)).toBeLessThan(rowsOf(whole) / 5)
    expect(bytes(warm.models['second-stage'])).not.toEqual(bytes(models['second-stage']))
    expect(warm.vectors).toHaveLength(whole.vectors.length)
  })
})

describe('trainAll on too little', () => {
  const refused = (input: TrainInput) => expect(trainAll(input)).rejects

  it('says what is missing', async () => {
    const little = planted({ users: 1, requests: 1, items: 12 })
    await refused({ ...little, catalogue: new Catalogue() }).toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('0 items'),
    })
    const hidden = plantedLog({ users: 1, requests: 1, items: 12 }).catalogue
    hidden.flags.fill(1)
    await refused({ ...little, catalogue: hidden }).toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('12 items, of which none'),
    })
    await refused({ ...little, events: [] }).toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('impression'),
    })
    await refused(little).toMatchObject({ code: 'TRAIN_DATA' })
    const shown = little.events as Iterable<readonly Event[]>
    const ignored = [...shown].map(batch => batch.filter(({ type }) => type === 'impression'))
    await refused({ ...little, events: ignored }).toMatchObject({ code: 'TRAIN_DATA' })
  })

  it('trains on one user’s log', async () => {
    const one = planted({ users: 1, requests: 60, items: 30 })
    const { vectors, metrics } = await trainAll({ ...one, requests: 5, processes: 1 })
    expect(vectors.every(Number.isFinite)).toBe(true)
    expect(metrics).toMatchObject({ firstStage: { requests: 5, heldOut: 0, pselect: {} } })
  })
})
