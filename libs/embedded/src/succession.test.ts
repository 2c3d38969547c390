import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { succession, type Wanted } from './succession.ts'

const BROKEN = new ExploreError('BUNDLE_BROKEN', 'no such bundle')

/** Loads what is not among `broken`, when it is let; tells what happened. */
const watched = (wanted: Wanted, broken: readonly (string | undefined)[] = []) => {
  const happened: string[] = []
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  let next: string | undefined
  const bundles = succession(
    {
      wanted,
      tell: (serving, problem) => happened.push(`tell ${serving} ${problem?.code ?? 'well'}`),
    },
    {
      prepare: async (bundle, closing) => {
        happened.push(`load ${bundle}`)
        await gate.promise
        closing.throwIfAborted()
        if (broken.includes(bundle)) throw BROKEN
        next = bundle
      },
      takeOver: async () => void happened.push(`serve ${next}`),
    },
  )
  return {
    bundles,
    happened,
    hold: () => (gate = Promise.withResolvers<void>()),
  }
}

it('starts by the promoted bundle, or the one before, or none', async () => {
  const wanted = { current: 'new', previous: 'old' }
  const sound = watched(wanted)
  await sound.bundles.started
  expect(sound.happened).toEqual(['load new', 'serve new', 'tell new well'])
  const fallen = watched(wanted, ['new'])
  await fallen.bundles.started
  expect(fallen.happened).toEqual(['load new', 'load old', 'serve old', 'tell old BUNDLE_BROKEN'])
  const none = watched(wanted, ['new', 'old'])
  await none.bundles.started
  expect(none.bundles.now()).toEqual({ bundle: undefined })
  await expect(watched(wanted, ['new', 'old', undefined]).bundles.started).rejects.toBe(BROKEN)
})

it('loads only the last of several promotions in a row', async () => {
  const { bundles, happened, hold } = watched({ current: 'one', previous: undefined })
  await bundles.started
  const gate = hold()
  for (const bundle of ['one', 'two', 'three', 'four', undefined]) bundles.use(bundle)
  const change = bundles.change()
  gate.resolve()
  await change
  await bundles.close()
  expect(bundles.now()).toEqual({ bundle: 'four' })
  expect(happened.filter(what => what.startsWith('load'))).toEqual(['load one', 'load four'])
})

it('serves on where a bundle is broken, and tells', async () => {
  const { bundles, happened } = watched({ current: 'one', previous: undefined }, ['two'])
  await bundles.started
  bundles.use('two')
  bundles.use('two')
  await expect.poll(() => happened.at(-1)).toBe('tell one BUNDLE_BROKEN')
  await expect.poll(bundles.change).toBeUndefined()
  bundles.use('three')
  await bundles.change()
  expect(bundles.now()).toEqual({ bundle: 'three' })
})

it('says nothing of a load that was cut short by its end', async () => {
  const { bundles, happened, hold } = watched({ current: 'one', previous: undefined })
  await bundles.started
  const gate = hold()
  bundles.use('two')
  await expect.poll(() => happened.at(-1)).toBe('load two')
  const closed = bundles.close()
  gate.resolve()
  await closed
  expect(happened.at(-1)).toBe('load two')
  expect(bundles.now()).toEqual({ bundle: 'one' })
})
