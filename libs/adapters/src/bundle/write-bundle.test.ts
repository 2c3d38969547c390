import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tinyCatalogue } from '@explore/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { runScript } from '../lmdb/testing/run-script.ts'
import { temporaryFolder } from '../lmdb/testing/temporary-folder.ts'
import { hnswAvailable } from '../vectors/hnsw-library.ts'
import { bundleFixture, N } from './bundle-fixture.ts'
import { readManifest } from './manifest.ts'
import { currentBundle, listBundles, previousBundle, promoteBundle } from './pointers.ts'
import { verifyBundle } from './verify-bundle.ts'

const { write, artifacts, bundles, remove } = await bundleFixture()
afterAll(remove)

const bytesOf = (dir: string, name: string) => readFileSync(join(dir, name))

describe('writeBundle', () => {
  it('writes what the manifest says, byte for byte what training gave', async () => {
    const told: string[] = []
    const dir = await write('whole', {
      catalogue: tinyCatalogue(N),
      onProgress: (step, done, total) => told.push(`${step} ${done}/${total}`),
    })
    expect(dir).toBe(join(bundles, 'whole'))
    const manifest = await verifyBundle(dir)
    expect(readdirSync(dir).sort()).toEqual(
      [...Object.keys(manifest.files), 'manifest.json'].sort(),
    )
    expect(manifest).toMatchObject({
      format: 1,
      id: 'whole',
      catalogueId: 'here',
      items: N,
      dimension: 16,
      firstDimension: 10,
      neighbours: 8,
      metrics: artifacts.metrics,
    })
    for (const [name, bytes] of Object.entries(artifacts.models)) {
      expect(bytesOf(dir, `${name}.onnx`).equals(bytes)).toBe(true)
    }
    expect(bytesOf(dir, 'vectors.f32').equals(Buffer.from(artifacts.vectors.buffer))).toBe(true)
    expect(told.at(-1)).toBe('files 10/10')
  })

  it('adds a graph where it is asked to', async ({ skip }) => {
    const { available, reason } = hnswAvailable()
    skip(!available, reason)
    const told: string[] = []
    const onProgress = (step: string) => told.push(step)
    const dir = await write('with-graph', { hnsw: true, onProgress })
    expect((await verifyBundle(dir)).files['index.hnsw']!.bytes).toBeGreaterThan(N * 16 * 4)
    expect(told.at(-1)).toBe('index')
  })

  it('never overwrites a bundle', async () => {
    const dir = await write('once')
    const before = bytesOf(dir, 'manifest.json')
    await expect(write('once', { seed: 2 })).rejects.toMatchObject({ code: 'BUNDLE_EXISTS' })
    expect(bytesOf(dir, 'manifest.json').equals(before)).toBe(true)
  })

  it('leaves nothing behind where it fails, and starts over after a crash', async () => {
    mkdirSync(join(bundles, '.crashed.part'))
    writeFileSync(join(bundles, '.crashed.part', 'left-over'), '')
    const fail = () => {
      throw new Error('stopped')
    }
    await expect(write('crashed', { onProgress: fail })).rejects.toThrow('stopped')
    expect(readdirSync(bundles).filter(name => name.includes('crashed'))).toEqual([])
    expect(readdirSync(await write('crashed'))).not.toContain('left-over')
  })

  it.each(['', '.', '..', 'a/b', 'current', 'previous', '.hidden', 'x'.repeat(65)])(
    'refuses the id %j',
    async id => {
      await expect(write(id)).rejects.toMatchObject({ code: 'FIELD_INVALID', field: 'id' })
    },
  )

  it('refuses tables of another length than the catalogue', async () => {
    await expect(write('short', { items: N + 1 })).rejects.toMatchObject({
      code: 'FIELD_INVALID',
      message: `vectors has ${N * 16} values for 201 items of 16`,
    })
    expect(existsSync(join(bundles, 'short'))).toBe(false)
  })
})

it('says that the disk is full, and leaves nothing behind', async () => {
  const script = new URL('./testing/write-without-room.ts', import.meta.url)
  const { stdout } = await runScript(script, [temporaryFolder()], { limit: 'ulimit -f 20' })
  expect(JSON.parse(stdout)).toEqual({ code: 'DISK_FULL', left: [] })
})

describe('pointers', () => {
  it('name the bundle that serves and the one before', async () => {
    expect(await currentBundle(bundles)).toBeUndefined()
    await write('a', { createdAt: 2 })
    await write('b', { createdAt: 1 })
    await promoteBundle(bundles, 'a')
    expect([await currentBundle(bundles), await previousBundle(bundles)]).toEqual(['a', undefined])
    await promoteBundle(bundles, 'b')
    await promoteBundle(bundles, 'b')
    expect([await currentBundle(bundles), await previousBundle(bundles)]).toEqual(['b', 'a'])
    await promoteBundle(bundles, (await previousBundle(bundles))!)
    expect([await currentBundle(bundles), await previousBundle(bundles)]).toEqual(['a', 'b'])
  })

  it('never name what is no bundle', async () => {
    const before = await currentBundle(bundles)
    mkdirSync(join(bundles, 'unfinished'))
    for (const id of ['absent', 'unfinished']) {
      await expect(promoteBundle(bundles, id)).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
    }
    expect(await currentBundle(bundles)).toBe(before)
  })
})

it('lists bundles by age, without what is none', async () => {
  expect(await listBundles(join(bundles, 'nowhere'))).toEqual([])
  const listed = await listBundles(bundles)
  expect(listed.slice(0, 2).map(({ id }) => id)).toEqual(['b', 'a'])
  expect(listed.map(({ id }) => id)).not.toContain('unfinished')
  expect(await readManifest(join(bundles, 'a'))).toEqual(listed[1])
})
