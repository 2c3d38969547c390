import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'world-'))
afterAll(() => rmSync(folder, { recursive: true }))
const run = (...options: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...options])
const SMALL = ['--items', '500', '--users', '60', '--days', '3']

test('prints one JSON document and writes the world as JSON lines', async () => {
  const { stdout } = await run(
    ...SMALL,
    '--json',
    '--out',
    folder,
    '--simulate',
    '1',
    '--visitors',
    '20',
  )
  const report = JSON.parse(stdout)
  const lines = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')
  expect(lines('items.jsonl')).toHaveLength(500)
  expect(lines('users.jsonl')).toHaveLength(60)
  expect(lines('propensities.jsonl')).toHaveLength(report.impressions)
  expect(JSON.parse(lines('events.jsonl')[0]!)).toMatchObject({ type: 'impression', position: 0 })
  expect(report.fidelity[0]).toMatchObject({ statistic: 'click', target: [0.442, 0.442] })
  expect(report.comparison).toHaveLength(35)
})

test('says what is wrong with an option, in one line', async () => {
  await expect(run('--preset', 'x')).rejects.toMatchObject({
    code: 1,
    stderr: '--preset must be low, mid or high, not x\n',
  })
})
