import { describe, expect, it } from 'vitest'
import { Funnel } from './funnel.ts'
import { slateOf } from './slate.ts'
import type { Context, Lookup, Mixer, Part, Rule } from './stage.ts'

type Rated = { readonly rate: Float32Array }

const context = (signal = new AbortController().signal): Context => ({
  ...{ now: 0, seed: '', signal, explain: true },
})
const mixer: Mixer<object, {}> = {
  shares: () => new Uint32Array(0),
  mix: () => slateOf(Uint32Array.of(4, 7, 9), {}),
}
const rated: Lookup<object, {}, Rated> = {
  name: 'rated',
  load: ({ items }) => ({ rate: Float32Array.from(items) }),
}
const reversed: Rule<object, {}> = {
  name: 'reversed',
  arrange: ({ length }) => ({ rows: Uint32Array.from({ length }, (_, i) => length - 1 - i) }),
}

const first = Funnel.retrieve<object, {}>([], mixer)
const rest = Funnel.begin<object>()
  .lookup(rated)
  .keep(() => 2, 'rate')
  .rerank(reversed)

/** As a process far away would: by itself, and only what can be said in JSON comes back of its account. */
const away: typeof rest extends Part<object, {}, infer D> ? Part<object, {}, D> : never = {
  name: 'away',
  run: async (query, context, options, slate) => {
    const run = await rest.run(query, context, options, slate)
    return { slate: run.slate, trace: JSON.parse(JSON.stringify(run.trace)) }
  },
}

const withoutTime = (trace: { readonly steps: readonly { readonly ms: number }[] }) => ({
  ...trace,
  steps: trace.steps.map(step => ({ ...step, ms: 0 })),
})

describe('a part', () => {
  it.each([4, 7, 100, undefined])('is the same here and elsewhere, watching %s', async watch => {
    const here = await first.part(rest).run({}, context(), { watch })
    const there = await first.part(away).run({}, context(), { watch })
    expect([...here.slate.items]).toEqual([7, 9])
    expect(there.slate).toEqual(here.slate)
    expect(withoutTime(there.trace)).toEqual(withoutTime(here.trace))
  })

  it('that fails or is late elsewhere is replaced and flagged', async () => {
    const orElse = { rung: 'less', funnel: rest }
    const failing = { name: 'away', run: () => Promise.reject(new Error('no')) }
    const control = new AbortController()
    const late = {
      name: 'away',
      run: () => {
        control.abort(new Error('out of time'))
        return new Promise<never>(() => {})
      },
    }
    for (const [part, signal, failure] of [
      [failing, new AbortController().signal, 'no'],
      [late, control.signal, 'out of time'],
    ] as const) {
      const { slate, trace } = await first.part(part, orElse).run({}, context(signal))
      expect([...slate.items]).toEqual([7, 9])
      expect(trace.rungs).toEqual(['less'])
      expect(trace.steps[1]).toMatchObject({ kind: 'part', failures: { away: failure } })
    }
    await expect(first.part(failing).run({}, context())).rejects.toThrow('no')
  })
})

it('a source may say what stood in for a part of it', async () => {
  const found = { items: Uint32Array.of(1), scores: Float32Array.of(1), rung: 'half of it' }
  const asked: Mixer<object, {}> = { ...mixer, shares: () => Uint32Array.of(1) }
  const { trace } = await Funnel.retrieve([{ name: 's', find: () => found }], asked).run(
    {},
    context(),
  )
  expect(trace.rungs).toEqual(['half of it'])
})
