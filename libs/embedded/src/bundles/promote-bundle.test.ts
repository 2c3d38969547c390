import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pointers, promoteBundle as point, readDecisions } from '@explore/adapters'
import { OPEN_GATES, tinyHome } from '@explore/testkit/home'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Home } from '../home.ts'
import { silent } from '../progress.ts'
import { promoteBundle } from './promote-bundle.ts'
import { rollBack } from './roll-back.ts'

let folder: string
let home: Home

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-gates-'))
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first', 'second'],
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

const wall = () => 1_800_000_000_000
const promote = (id: string, force = false) => promoteBundle(home, id, { force, wall }, silent)
const demand = (settings: object): void =>
  writeFileSync(home.settings, JSON.stringify({ ...OPEN_GATES, ...settings }))
const current = async () => (await pointers(home.bundles)).current

describe('promoteBundle', () => {
  it('lets a bundle pass that meets its gates, measured beside the one that serves', async () => {
    const first = await promote('first')
    expect(first).toMatchObject({ promoted: true, forced: false, from: null, failures: [] })
    // Without one that serves there is nothing to fall behind or to drift from.
    expect(first.gates.map(({ gate }) => gate)).not.toContain('drift')
    const second = await promote('second')
    expect(second).toMatchObject({ promoted: true, from: 'first' })
    expect(second.gates.map(({ gate, of }) => `${gate} ${of}`)).toEqual([
      'numbers every answer',
      ...['NE click', 'calibration click', 'NE like', 'calibration like'],
      'recall @100',
      'survival @100@25',
      'drift value, PSI',
    ])
    expect(second.gates.find(({ gate }) => gate === 'drift')!.value).toBeGreaterThan(0)
    expect(await pointers(home.bundles)).toEqual({ current: 'second', previous: 'first' })
  })

  it('does not drift from itself', async () => {
    await promote('first')
    demand({ 'gates.maxDrift': 0, 'gates.neLoss': 0 })
    expect(await promote('first')).toMatchObject({ promoted: true, from: 'first' })
  })

  it('leaves a failing bundle where it is, says why, and records it', async () => {
    await promote('first')
    demand({ 'gates.maxNe': 0.1, 'gates.maxDrift': 0 })
    const refused = await promote('second')
    expect(refused.promoted).toBe(false)
    expect(refused.failures).toEqual([
      expect.stringMatching(/^NE of click is [\d.]+, wanted ≤ 0\.1$/),
      expect.stringMatching(/^NE of like is [\d.]+, wanted ≤ 0\.1$/),
      expect.stringMatching(/^drift of value, PSI is [\d.]+, wanted ≤ 0$/),
    ])
    expect(await current()).toBe('first')
    const forced = await promote('second', true)
    expect(forced).toMatchObject({ promoted: true, forced: true, failures: refused.failures })
    expect(await current()).toBe('second')
    expect(await readDecisions(home.bundles)).toMatchObject([
      { action: 'promoted', bundle: 'first', forced: false },
      { action: 'refused', bundle: 'second', from: 'first', failures: refused.failures },
      { action: 'promoted', bundle: 'second', forced: true, failures: refused.failures },
    ])
  })

  it('wants a signature, and refuses metrics that were touched even by force', async () => {
    const signature = join(home.bundles, 'first', 'manifest.sig')
    const kept = readFileSync(signature)
    rmSync(signature)
    expect(await promote('first')).toMatchObject({
      promoted: false,
      failures: ['it is not signed by this home'],
    })
    writeFileSync(signature, kept)
    const manifest = join(home.bundles, 'first', 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"auc": 0.5', '"auc": 0.9'))
    await expect(promote('first', true)).rejects.toMatchObject({ code: 'BUNDLE_SIGNATURE' })
    expect(await current()).toBeUndefined()
  })

  it('refuses what cannot be loaded, even by force', async () => {
    await promote('first')
    truncateSync(join(home.bundles, 'second', 'second-stage.onnx'), 1000)
    await expect(promote('second', true)).rejects.toMatchObject({ code: 'BUNDLE_BROKEN' })
    await expect(promote('third')).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
    expect(await current()).toBe('first')
  })

  it('measures a bundle though the one that serves is broken', async () => {
    await promote('first')
    truncateSync(join(home.bundles, 'first', 'vectors.f32'), 10)
    expect(await promote('second')).toMatchObject({ promoted: true, from: 'first' })
  })
})

describe('rollBack', () => {
  it('goes back to the bundle before, and forth again', async () => {
    await expect(rollBack(home, wall)).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
    await point(home.bundles, 'first')
    await point(home.bundles, 'second')
    expect(await rollBack(home, wall)).toBe('first')
    expect(await pointers(home.bundles)).toEqual({ current: 'first', previous: 'second' })
    expect(await readDecisions(home.bundles)).toMatchObject([
      { action: 'rolled back', bundle: 'first', from: 'second' },
    ])
  })

  it('stays where the bundle before is broken', async () => {
    await point(home.bundles, 'first')
    await point(home.bundles, 'second')
    truncateSync(join(home.bundles, 'first', 'vectors.f32'), 10)
    await expect(rollBack(home, wall)).rejects.toMatchObject({ code: 'BUNDLE_BROKEN' })
    expect(await current()).toBe('second')
  })
})
