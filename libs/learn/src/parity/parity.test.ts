import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SMALL_MODELS } from './small-models.ts'
import { writeCase } from './write-case.ts'

/** A Python with the packages of requirements.txt. */
const python = process.env['EXPLORE_PYTHON'] ?? 'python3'
const found = spawnSync(python, ['-c', 'import jax, onnx'], { encoding: 'utf8' })
const why =
  found.status === 0
    ? ''
    : ` (skipped: ${python} has no jax and onnx; see docs/training.md, EXPLORE_PYTHON)`

const TOLERANCE = 1e-4

describe.skipIf(found.status !== 0)(`parity with JAX${why}`, () => {
  let folder: string
  let reports: Record<string, Record<'loss' | 'gradients' | 'parameters', number>>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'explore-parity-'))
    for (const [name, make] of Object.entries(SMALL_MODELS)) {
      const { parameters } = await writeCase(join(folder, name), make)
      expect(parameters).toBeGreaterThan(10)
    }
    const twin = fileURLToPath(new URL('./twin.py', import.meta.url))
    const run = spawnSync(python, [twin, folder], { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(run.stderr)
    reports = JSON.parse(run.stdout)
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(Object.keys(SMALL_MODELS))('of the %s: loss, gradients and three steps', name => {
    const { loss, gradients, parameters } = reports[name]
    expect(loss).toBeLessThan(TOLERANCE)
    expect(gradients).toBeLessThan(TOLERANCE)
    expect(parameters).toBeLessThan(TOLERANCE)
  })
})
