import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SMALL_MODELS } from './small-models.ts'
import { writeCase } from './write-case.ts'

/** A Python with the packages of requirements.txt. */
const python = process.env['EXPLORE_PYTHON'] ?? 'python3'
const found = spawnSync(python, ['-c', 'import jax, onnx'], { encoding: 'utf8' })

const TOLERANCE = 1e-4

type Report = Readonly<Record<'loss' | 'gradients' | 'parameters', number>>

/** How far the model's twin is from it, relative to the largest value. */
const compared = async (name: string): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-parity-'))
  try {
    const { parameters } = await writeCase(join(folder, name), SMALL_MODELS[name]!)
    expect(parameters).toBeGreaterThan(10)
    const twin = fileURLToPath(new URL('./twin.py', import.meta.url))
    const run = spawnSync(python, [twin, folder], { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(run.stderr)
    return (JSON.parse(run.stdout) as Record<string, Report>)[name]!
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('parity with JAX', () => {
  it.for(Object.keys(SMALL_MODELS))(
    'of the %s: loss, gradients and three steps',
    { timeout: 300_000 },
    async (name, { skip }) => {
      skip(
        found.status !== 0,
        `${python} has no jax and onnx: see docs/training.md, EXPLORE_PYTHON`,
      )
      const { loss, gradients, parameters } = await compared(name)
      expect(loss).toBeLessThan(TOLERANCE)
      expect(gradients).toBeLessThan(TOLERANCE)
      expect(parameters).toBeLessThan(TOLERANCE)
    },
  )
})
