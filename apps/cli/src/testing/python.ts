import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Python with the packages of a requirements file, made once per machine; or why there is none. */
export const pythonWith = (
  requirements: string,
): { readonly python: string } | { readonly missing: string } => {
  const name = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `explore-python-${name}`)
  const python = join(folder, 'bin', 'python')
  const ready = join(folder, 'ready')
  if (existsSync(ready)) return { python }
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', folder]],
    [
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    ],
  ]
  for (const [program, args] of steps) {
    const { error, status, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: 180_000,
    })
    if (error === undefined && status === 0) continue
    rmSync(folder, { recursive: true, force: true })
    const said = error?.message ?? stderr.trim().split('\n').at(-1)
    return { missing: `no Python packages here: ${said}` }
  }
  writeFileSync(ready, '')
  return { python }
}
