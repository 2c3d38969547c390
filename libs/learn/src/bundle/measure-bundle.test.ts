import { type Bundle, type Head, HEADS, HISTORY, settingsFrom } from '@explore/explore'
import { plantedBundle } from '@explore/testkit/memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { PLANTED_START, plantedLog } from '../examples/planted-log.ts'
import { type Examples, replay } from '../examples/replay.ts'
import { measureBundle } from './measure-bundle.ts'

const settings = settingsFrom()
const { catalogue, events, attributes } = plantedLog({ users: 24, requests: 8 })
const HALF = PLANTED_START + 4 * 6 * 3_600_000

let examples: Examples
beforeAll(async () => {
  examples = await replay({
    ...{ events: [events], catalogue, attributes, limits: { seen: 4000 }, from: HALF },
    requests: 20,
  })
})

const planted = plantedBundle(catalogue).retriever

/** The planted query tower takes one viewer at a time. */
const retriever: Bundle['retriever'] = {
  ...planted,
  embed: async viewers => {
    const rows = new Float32Array(viewers.rows * planted.dimension)
    for (let row = 0; row < viewers.rows; row++) {
      const historyTopics = viewers.historyTopics.slice(row * HISTORY, (row + 1) * HISTORY)
      const one = await planted.embed({ ...viewers, rows: 1, historyTopics })
      rows.set(one, row * planted.dimension)
    }
    return rows
  },
}

const measure = async (parts: Partial<Bundle> = {}) =>
  measureBundle(plantedBundle(catalogue, { retriever, ...parts }), examples, { settings })

/** A ranker that answers every pair alike. */
const constant = (of: (head: Head) => number): Partial<Bundle> => ({
  secondStage: {
    predict: (_, { rows }) =>
      Object.fromEntries(
        HEADS.map(head => [head, new Float32Array(rows).fill(of(head))]),
      ) as Record<Head, Float32Array>,
  },
})

describe('measureBundle', () => {
  it('measures every stage on the examples, the same twice', async () => {
    const { quality, values } = await measure()
    expect(quality.impressions).toBe(examples.ranking.length)
    expect(values).toHaveLength(quality.impressions)
    expect(quality.broken).toBeUndefined()
    expect(quality.queries).toBeGreaterThan(10)
    // Planted vectors follow topics, as planted tastes do.
    expect(quality.recall).toBeGreaterThan(100 / catalogue.size)
    expect(quality.requests).toBe(20)
    // Both planted rankers are the same affinity and quality.
    expect(quality.survival).toBe(1)
    expect(await measure()).toEqual({ quality, values })
  })

  it('knows a ranker that knows the rate alone', async () => {
    const rate = (await measure()).quality.heads.click.rate
    const { quality, values } = await measure(constant(head => (head === 'click' ? rate : 0.01)))
    expect(quality.heads.click.ne).toBeCloseTo(1, 5)
    expect(quality.heads.click.calibration).toBeCloseTo(1, 5)
    expect(quality.heads.click.auc).toBe(0.5)
    const { click, long_view, like, save, share, see_less, hide_author, report } = {
      ...Object.fromEntries(HEADS.map(head => [head, settings[`value.${head}.new`]])),
    } as Record<Head, number>
    const others = long_view + like + save + share - see_less - hide_author - report
    expect(values[0]).toBeCloseTo(click * rate + others * 0.01, 5)
  })

  it('names the first answer that is no number', async () => {
    const nan = constant(head => (head === 'save' ? NaN : 0.1))
    expect((await measure(nan)).quality.broken).toBe('second-stage save')
    const { retriever } = plantedBundle(catalogue)
    const blind = {
      ...retriever,
      embed: () => new Float32Array(60 * retriever.dimension).fill(NaN),
    }
    const { quality } = await measure({ retriever: blind })
    expect(quality).toMatchObject({ broken: 'retrieval-user embedding', recall: NaN })
    const mute = {
      score: (_: unknown, items: Uint32Array) => new Float32Array(items.length).fill(NaN),
    }
    expect((await measure({ firstStage: mute })).quality.broken).toBe('first-user embedding')
  })
})
