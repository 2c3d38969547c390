import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tinyArtifacts, tinyCatalogue } from '@explore/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { bundleFixture, N, tinyWorld } from './bundle-fixture.ts'
import { deriveBundle, type DeriveOptions } from './derive-bundle.ts'
import { loadBundle } from './load-bundle.ts'
import { verifyBundle } from './verify-bundle.ts'

const { write, bundles, remove } = await bundleFixture()
afterAll(remove)
await write('base', { metrics: { retrieval: 1, firstStage: 2, secondStage: 3, events: 4 } })
const others = await tinyArtifacts(tinyCatalogue(N), { seed: 2, dimension: 18, firstDimension: 6 })

let derived = 0
const derive = (models: DeriveOptions['models']): Promise<string> =>
  deriveBundle(bundles, 'base', {
    ...tinyWorld(),
    ...{ id: `derived-${derived++}`, createdAt: 1, models },
  })
const floats = (dir: string, name: string): Float32Array =>
  new Float32Array(Uint8Array.from(readFileSync(join(dir, name))).buffer)

describe('deriveBundle', () => {
  it('copies a bundle where it is given no model', async () => {
    const [base, copy] = [await verifyBundle(join(bundles, 'base')), await derive({})]
    const manifest = await verifyBundle(copy)
    expect(manifest).toMatchObject({
      metrics: base.metrics,
      origin: { bundle: 'base', imported: [] },
    })
    expect(manifest.files).toMatchObject(base.files)
  })

  it('computes the tables that follow from other towers, as their training did', async () => {
    const dir = await derive({
      'retrieval-user': others.models['retrieval-user'],
      'retrieval-item': others.models['retrieval-item'],
      'first-user': others.models['first-user'],
      'first-item': others.models['first-item'],
    })
    const { metrics, dimension, firstDimension } = await verifyBundle(dir)
    expect({ metrics, dimension, firstDimension }).toEqual({
      metrics: { secondStage: 3, events: 4 },
      ...{ dimension: 18, firstDimension: 6 },
    })
    floats(dir, 'vectors.f32').forEach((x, i) => expect(x).toBeCloseTo(others.vectors[i]!, 5))
    floats(dir, 'first-items.f32').forEach((x, i) =>
      expect(x).toBeCloseTo(others.firstItems[i]!, 4),
    )
    await (await loadBundle(dir, tinyWorld())).close()
  })

  it('refuses half a pair, and towers whose width does not fit each other', async () => {
    await expect(derive({ 'first-item': others.models['first-item'] })).rejects.toMatchObject({
      code: 'USAGE',
      field: 'first-user',
    })
    const { models } = await tinyArtifacts(tinyCatalogue(N), { dimension: 20 })
    await expect(
      derive({
        'retrieval-user': models['retrieval-user'],
        'retrieval-item': others.models['retrieval-item'],
      }),
    ).rejects.toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'embedding',
      message:
        'retrieval-user.onnx: output embedding is float32 [viewers, 20], expected float32 [rows, 18]',
    })
  })

  it('refuses a tower that has no embedding', () =>
    expect(
      derive({
        'retrieval-user': others.models['second-stage'],
        'retrieval-item': others.models['second-stage'],
      }),
    ).rejects.toMatchObject({
      code: 'MODEL_SIGNATURE',
      message: 'retrieval-item.onnx: output embedding is missing',
    }))
})
