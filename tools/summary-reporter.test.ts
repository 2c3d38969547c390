import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const VITEST = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
)
const REPORTER = join(import.meta.dirname, 'summary-reporter.ts')

/** Runs a project of the given test files; returns the lines of its output and the exit code. */
const vitest = (files: Readonly<Record<string, string>>, ...options: readonly string[]) => {
  const root = mkdtempSync(join(tmpdir(), 'reporter-'))
  try {
    const config = `import { SummaryReporter } from ${JSON.stringify(REPORTER)}
      export default { test: { globals: true, reporters: [new SummaryReporter()] } }`
    for (const [name, text] of Object.entries({ 'vitest.config.mjs': config, ...files }))
      writeFileSync(join(root, name), text)
    const run = spawnSync(process.execPath, [VITEST, 'run', '--root', root, ...options], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
    return { status: run.status, lines: run.stdout.trimEnd().split('\n') }
  } finally {
    rmSync(root, { recursive: true })
  }
}

const MIXED = `
  it('passes', () => {})
  it('fails', () => { throw new Error('no') })
  it('waits for a server', ({ skip }) => skip('no server here'))
  it.skip('is silent', () => {})
  describe('hooks', () => {
    beforeAll(() => { throw new Error('broken hook') })
    it('never runs', () => {})
  })`

it('ends with the counts; files and hooks that break are failures, skips tell their reason', () => {
  const { status, lines } = vitest({ 'a.test.js': MIXED, 'b.test.js': `import './missing.js'` })
  expect(lines.at(-1)).toBe('1 passed, 4 failed, 2 skipped')
  expect(lines).toContain('skipped: a.test.js > waits for a server: no server here')
  expect(lines).toContain('skipped: a.test.js > is silent: no reason given')
  expect(status).toBe(1)
})

it('counts an error that no test threw', () => {
  const late = `it('passes', async () => {
    Promise.reject(new Error('nobody waits'))
    await new Promise(resolve => setTimeout(resolve, 10))
  })`
  const { status, lines } = vitest({ 'a.test.js': late })
  expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
  expect(status).toBe(1)
})

it('passes when all pass, and names no skips that -t made', () => {
  const { status, lines } = vitest({ 'a.test.js': MIXED }, '-t', 'passes')
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 4 skipped')
  expect(lines.filter(line => line.startsWith('skipped:'))).toEqual([])
  expect(status).toBe(0)
})

it('says failed when there is no test at all', () => {
  const { status, lines } = vitest({})
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
  expect(status).toBe(1)
})
