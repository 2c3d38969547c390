import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readDecisions } from './read-decisions.ts'

const folder = mkdtempSync(join(tmpdir(), 'explore-decisions-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (...lines: readonly (string | object)[]) => {
  const path = join(folder, 'log.jsonl')
  writeFileSync(
    path,
    lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
  return readDecisions(path)
}
const row = { reward: 1, propensity: 0.5, target: 0.25 }

it('reads decisions, and numbers viewers', async () => {
  const decisions = await read(
    { ...row, user: 'a' },
    '',
    { ...row, user: 'b', reward: 0 },
    { ...row, user: 'a' },
    row,
    row,
  )
  expect(decisions).toEqual({
    length: 5,
    groups: Uint32Array.of(0, 1, 0, 2, 3),
    rewards: Float64Array.of(1, 0, 1, 1, 1),
    propensities: new Float64Array(5).fill(0.5),
    targets: new Float64Array(5).fill(0.25),
  })
})

it('reads a reward model where there is one', async () => {
  const decisions = await read({ ...row, model: 0.1, expected: 0.2 })
  expect(decisions.model).toEqual({ taken: Float64Array.of(0.1), expected: Float64Array.of(0.2) })
})

it.each([
  ['not JSON', ['{'], 'line 1 is not a JSON object'],
  ['a list', [[1]], 'line 1 is not a JSON object'],
  ['nothing', [''], 'has no decisions'],
  ['no reward', [row, { propensity: 1, target: 1 }], 'line 2: reward must be a number'],
  [
    'a reward that is none',
    ['{"reward":"1","propensity":1,"target":1}'],
    'reward must be a number',
  ],
  ['a chance of zero', [{ ...row, propensity: 0 }], 'propensity must be in (0, 1]'],
  ['a chance above one', [{ ...row, target: 1.5 }], 'target must be in [0, 1]'],
  ['half a model', [{ ...row, model: 1 }], 'model and expected'],
  ['a model now and then', [{ ...row, model: 1, expected: 1 }, row], 'model and expected'],
] as const)('refuses %s, and says where', async (_, lines, message) => {
  await expect(read(...lines)).rejects.toMatchObject({
    code: 'IMPORT_FILE',
    message: expect.stringContaining(message) as string,
  })
})

it('says that a file is missing', async () => {
  await expect(readDecisions(join(folder, 'none.jsonl'))).rejects.toMatchObject({
    code: 'IMPORT_FILE',
  })
})
