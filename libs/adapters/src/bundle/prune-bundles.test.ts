import { appendFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { bundleFixture } from './bundle-fixture.ts'
import { type Decision, readDecisions, recordDecision } from './history.ts'
import { promoteBundle } from './pointers.ts'
import { pruneBundles } from './prune-bundles.ts'

const { write, bundles, remove } = await bundleFixture()
afterAll(remove)

it('keeps the newest, the one that serves and the one before', async () => {
  for (const [createdAt, id] of ['a', 'b', 'c', 'd', 'e'].entries()) await write(id, { createdAt })
  await promoteBundle(bundles, 'b')
  await promoteBundle(bundles, 'a')
  mkdirSync(join(bundles, '.x.trash'))
  const planned = { kept: ['a', 'b', 'e'], removed: ['c', 'd'] }
  expect(await pruneBundles(bundles, { keep: 1, dry: true })).toEqual(planned)
  expect(readdirSync(bundles)).toContain('c')
  expect(await pruneBundles(bundles, { keep: 1 })).toEqual(planned)
  expect(readdirSync(bundles).toSorted()).toEqual(['a', 'b', 'current', 'e', 'previous'])
  expect(await pruneBundles(bundles, { keep: 1 })).toEqual({ kept: ['a', 'b', 'e'], removed: [] })
  expect(await pruneBundles(join(bundles, 'nowhere'), { keep: 1 })).toEqual({
    kept: [],
    removed: [],
  })
})

it('remembers decisions in their order, without a line that was cut short', async () => {
  expect(await readDecisions(bundles)).toEqual([])
  const decision = (bundle: string): Decision => ({
    ...{ time: 1, action: 'promoted', bundle, from: null, forced: false, failures: [] },
  })
  await recordDecision(bundles, decision('a'))
  await recordDecision(bundles, decision('b'))
  appendFileSync(join(bundles, 'history.jsonl'), '{"time":')
  expect(await readDecisions(bundles)).toEqual([decision('a'), decision('b')])
})
