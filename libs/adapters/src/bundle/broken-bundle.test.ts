import { appendFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CANDIDATE_DENSE, HEADS } from '@explore/explore'
import { exportModel, graph, init } from '@explore/learn'
import { tinyArtifacts, tinyCatalogue } from '@explore/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { hnswAvailable } from '../vectors/hnsw-library.ts'
import { bundleFixture, N, tinyWorld } from './bundle-fixture.ts'
import { loadBundle } from './load-bundle.ts'

const { write, artifacts, bundles, remove } = await bundleFixture()
afterAll(remove)
const hnsw = hnswAvailable()
const whole = await write('whole', { hnsw: true, catalogue: tinyCatalogue(N) })

let copies = 0
/** A copy of the whole bundle that `harm` has been at. */
const harmed = (harm: (path: (name: string) => string) => void): string => {
  const dir = join(bundles, `copy-${copies++}`)
  cpSync(whole, dir, { recursive: true })
  harm(name => join(dir, name))
  return dir
}

const edit = (change: (manifest: Record<string, unknown>) => void) =>
  harmed(path => {
    const manifest = JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as never
    change(manifest)
    writeFileSync(path('manifest.json'), JSON.stringify(manifest))
  })

const refused = (source: string, world = tinyWorld()) => expect(loadBundle(source, world)).rejects

const broken = (field: string, message: string) => ({ code: 'BUNDLE_BROKEN', field, message })

describe('a bundle is refused with', () => {
  it('no folder, or no manifest', async () => {
    await refused(join(bundles, 'absent')).toMatchObject({ code: 'BUNDLE_MISSING' })
    await refused(harmed(path => rmSync(path('manifest.json')))).toMatchObject({
      code: 'BUNDLE_MISSING',
    })
  })

  it('a truncated file', () =>
    refused(harmed(path => truncateSync(path('vectors.f32'), 100))).toMatchObject(
      broken('vectors.f32', `vectors.f32 is truncated: it has 100 of ${N * 64} bytes`),
    ))

  it('a missing file', () =>
    refused(harmed(path => rmSync(path('second-stage.onnx')))).toMatchObject(
      broken('second-stage.onnx', 'second-stage.onnx is missing'),
    ))

  it('a file too long', () =>
    refused(harmed(path => appendFileSync(path('neighbours.u32'), 'more'))).toMatchObject(
      broken(
        'neighbours.u32',
        `neighbours.u32 is too long: it has ${N * 32 + 4} of ${N * 32} bytes`,
      ),
    ))

  const altered = (name: string) => {
    const dir = harmed(path => {
      const bytes = readFileSync(path(name))
      bytes[bytes.length >> 1]! ^= 1
      writeFileSync(path(name), bytes)
    })
    return refused(dir).toMatchObject(
      broken(name, `${name} was altered: its checksum differs from the manifest`),
    )
  }

  it.each(['first-user.onnx', 'first-items.f32'])('one altered byte of %s', name => altered(name))

  it('one altered byte of the graph', async ({ skip }) => {
    skip(!hnsw.available, hnsw.reason)
    await altered('index.hnsw')
  })

  it('a newer format', () =>
    refused(edit(manifest => (manifest.format = 2))).toMatchObject({
      ...broken('manifest.json', 'manifest.json has format 2, this version reads 1'),
      hint: 'it was written by another version: use that one, or train again',
    }))

  it('another feature schema', () =>
    refused(edit(manifest => (manifest.featuresVersion = 99))).toMatchObject(
      broken(
        'manifest.json',
        'manifest.json was trained on feature schema 99, this version computes 2',
      ),
    ))

  it('a manifest that is none', async () => {
    await refused(harmed(path => writeFileSync(path('manifest.json'), '{"format":'))).toMatchObject(
      broken('manifest.json', 'manifest.json is not JSON'),
    )
    await refused(edit(manifest => delete manifest.dimension)).toMatchObject({
      code: 'BUNDLE_BROKEN',
      message: expect.stringContaining('manifest.json dimension:') as string,
    })
    await refused(
      edit(manifest => delete (manifest.files as Record<string, unknown>)['vectors.f32']),
    ).toMatchObject(broken('manifest.json', 'manifest.json does not list vectors.f32'))
    await refused(
      edit(manifest => Object.assign(manifest.files as object, { '../escape': {} })),
    ).toMatchObject({ code: 'BUNDLE_BROKEN' })
  })

  it('widths that do not fit its tables', () =>
    refused(edit(manifest => (manifest.firstDimension = 11))).toMatchObject({
      code: 'BUNDLE_BROKEN',
      message: `first-items.f32 has ${N * 40} bytes, the manifest's widths make it ${N * 44}`,
    }))

  it('neighbours beyond its items', async () => {
    const items = artifacts.neighbours.items.slice()
    items[5] = N
    const dir = await write('astray', {}, { neighbours: { ...artifacts.neighbours, items } })
    await refused(dir).toMatchObject(
      broken('neighbours.u32', `neighbours.u32 names an item that is not below ${N}`),
    )
  })

  it('another catalogue, or one that lost items', async () => {
    await refused(whole, { ...tinyWorld(), catalogueId: 'elsewhere' }).toMatchObject({
      code: 'BUNDLE_FOREIGN',
      message: `bundle whole is of ${N} items of catalogue here, this is catalogue elsewhere of ${N} items`,
    })
    await refused(whole, tinyWorld(tinyCatalogue(N - 1))).toMatchObject({ code: 'BUNDLE_FOREIGN' })
  })
})

describe('models brought from elsewhere are refused with', () => {
  const withModel = (id: string, model: keyof typeof artifacts.models, bytes: Uint8Array) =>
    write(id, {}, { models: { ...artifacts.models, [model]: bytes } })

  it('another width of an input', async () => {
    const g = graph()
    const dense = g.input('viewer.dense', 'float32', ['viewers', 7])
    const embedding = g.matmul(dense, g.parameter('w', [7, 16], init.zeros))
    const dir = await withModel('wide', 'retrieval-user', exportModel(g, { embedding }))
    await refused(dir).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'viewer.dense',
      message:
        'retrieval-user.onnx: input viewer.dense is float32 [viewers, 7], expected float32 [rows, 20]',
    })
  })

  it('an input that the item side cannot know', () =>
    withModel('nosy', 'first-item', artifacts.models['first-user']).then(dir =>
      refused(dir).toMatchObject({ code: 'MODEL_SIGNATURE', field: 'viewer.historyItems' }),
    ))

  it('another dimension', async () => {
    const { models } = await tinyArtifacts(tinyCatalogue(N), { dimension: 20 })
    const dir = await withModel('longer', 'retrieval-item', models['retrieval-item'])
    await refused(dir).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'embedding',
      message:
        'retrieval-item.onnx: output embedding is float32 [rows, 20], expected float32 [rows, 16]',
    })
  })

  it('a head missing', async () => {
    const g = graph()
    const dense = g.input('candidate.dense', 'float32', ['rows', CANDIDATE_DENSE])
    const p = g.sigmoid(g.reduceSum(dense, { axes: [1] }))
    const heads = Object.fromEntries(HEADS.filter(head => head !== 'save').map(head => [head, p]))
    const dir = await withModel('headless', 'second-stage', exportModel(g, heads))
    await refused(dir).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'save',
      message: 'second-stage.onnx: output save is missing, expected float32 [rows]',
    })
  })
})

describe('without comparing checksums', () => {
  const trusting = { ...tinyWorld(), verify: false }

  it('a truncated table is refused all the same', () =>
    expect(
      loadBundle(
        harmed(path => truncateSync(path('vectors.f32'), 100)),
        trusting,
      ),
    ).rejects.toMatchObject(
      broken('vectors.f32', `vectors.f32 is truncated: it has 100 of ${N * 64} bytes`),
    ))

  it('a broken graph is refused all the same', async ({ skip }) => {
    skip(!hnsw.available, hnsw.reason)
    const torn = harmed(path => truncateSync(path('index.hnsw'), 1000))
    await expect(loadBundle(torn, trusting)).rejects.toMatchObject({
      code: 'BUNDLE_BROKEN',
      field: 'index.hnsw',
    })
  })
})
