import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fit, fitNote, type FitOptions } from './fit.ts'
import { exportModel } from './graph/export-model.ts'
import { graph } from './graph/graph.ts'
import { glorot, normal } from './graph/init.ts'
import { rng } from './rng.ts'
import { trainer } from './trainer.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-fit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Dropout, a table, drawn noise and a judge that likes the middle pass: all that a checkpoint must hold. */
const noisy = async (options: Partial<FitOptions<number>> = {}) => {
  const random = rng(5)
  const g = graph()
  const ids = g.input('ids', 'int32', ['rows', 2])
  const y = g.input('y', 'float32', ['rows'])
  const items = g.table('items', 30, 4, normal(random.fork('items'), 0.1))
  const bag = g.dropout(g.reduceMean(g.gather(items, ids), { axes: [1] }), 0.2)
  const w = g.parameter('w', [4, 1], glorot(random.fork('w')))
  const logit = g.reshape(g.matmul(bag, w), ['rows'])
  const loss = g.reduceMean(g.bceWithLogits(logit, y))
  const training = await trainer(g, { loss, rate: 0.02, rng: random.fork('dropout') })
  const noise = random.fork('noise')
  let judged = 0
  const run = () =>
    fit<number>(training, {
      name: 'noisy',
      epochs: 3,
      batches: order => order.shuffle(Array.from({ length: 10 }, (_, i) => i)),
      order: random.fork('order'),
      feeds: batch => ({
        ids: Int32Array.from({ length: 16 }, () => (batch + noise.int(20)) % 30),
        y: Float32Array.from({ length: 8 }, (_, i) => (batch + i) % 2),
      }),
      streams: [noise],
      size: () => 8,
      judge: async () => [1, 3, 2][judged++],
      checkpoints: { folder },
      ...options,
    })
  return {
    run,
    judgedBefore: (n: number) => (judged = n),
    steps: training.steps,
    bytes: () => exportModel(g, { logit }),
  }
}

describe('fit', () => {
  test('keeps the best pass', async () => {
    const { run, steps } = await noisy()
    const { best, passes } = await run()
    expect(best).toBe(2)
    expect(passes.map(({ score }) => score)).toEqual([1, 3, 2])
    expect(steps()).toBe(30)
  })

  test('may find that the parameters at the start are the best', async () => {
    const judge = async () => (worse.steps() > 0 ? -1 : 0)
    const worse = await noisy({ judgeStart: true, judge })
    const before = worse.bytes()
    expect((await worse.run()).best).toBe(0)
    expect(worse.bytes()).toEqual(before)
  })

  test.each([1, 7, 10, 14, 29])(
    'stopped after %i steps it ends with the bytes of a run that was not',
    async after => {
      const whole = await noisy()
      const wanted = await whole.run()
      rmSync(folder, { recursive: true })

      const stop = new AbortController()
      let told = 0
      const first = await noisy({
        signal: stop.signal,
        onProgress: () => ++told === after && stop.abort(new Error('enough')),
      })
      await expect(first.run()).rejects.toThrow('enough')
      const second = await noisy()
      second.judgedBefore(Math.floor((after - 1) / 10) + (after % 10 === 0 ? 1 : 0))
      const got = await second.run()
      expect(got).toEqual(wanted)
      expect(second.bytes()).toEqual(whole.bytes())
      expect(told + second.steps() - after).toBe(30)
    },
  )

  test('a finished one only hands over its result', async () => {
    const { run, bytes } = await noisy()
    const done = await run()
    const again = await noisy({ onProgress: () => expect.fail('a step') })
    again.judgedBefore(2)
    expect(await again.run()).toEqual(done)
    expect(again.bytes()).toEqual(bytes())
  })

  test('a broken checkpoint counts as none', async () => {
    const { run, bytes } = await noisy()
    await run()
    const [file] = readdirSync(folder)
    for (const text of ['', 'x', '\u0002\0\0\0{}rest']) {
      writeFileSync(join(folder, file), text)
      const again = await noisy()
      await again.run()
      expect(again.steps()).toBe(30)
      expect(again.bytes()).toEqual(bytes())
    }
  })

  test('says how it goes', () => {
    const progress = { fraction: 0.25, pass: 1, passes: 2, loss: 0.51234, rate: 14_201.3 }
    expect(fitNote(progress)).toBe('pass 1 of 2 · loss 0.5123 · 14,201/s')
  })
})
