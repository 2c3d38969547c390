import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { candidateFeatures, viewerFeatures } from '@explore/explore'
import { expect, it, onTestFinished } from 'vitest'
import { forgetFeatures, loggedPagesOf, logFeatures, readFeatures } from './feature-log.ts'

const page = (user: string, offset: number) => ({
  ...{ user, offset, now: 1000 + offset, requestId: `request-${offset}`, catalogue: 1 },
  ...{ items: Uint32Array.of(4, 2), viewer: viewerFeatures(1), candidates: candidateFeatures(2) },
})

it('passes over features of another version and cut lines; their users have them and forget them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-features-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'features.jsonl')
  for (const [user, offset] of [
    ['u1', 3],
    ['u2', 2],
    ['u1', 1],
  ] as const) {
    await logFeatures(path, page(user, offset) as never)
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  const older = lines[0]!.replace(/"version":\d+/, '"version":1')
  expect(older).not.toBe(lines[0])
  writeFileSync(path, [older, lines[1], lines[2], lines[2]!.slice(0, 40), ''].join('\n'))
  expect((await readFeatures(path)).map(({ offset }) => offset)).toEqual([1, 2])
  expect(await loggedPagesOf(path, 'u1')).toEqual([
    { requestId: 'request-3', time: 1003 },
    { requestId: 'request-1', time: 1001 },
  ])
  expect(await forgetFeatures(path, 'u1')).toBe(2)
  expect(await loggedPagesOf(path, 'u1')).toEqual([])
  expect((await readFeatures(path)).map(({ user }) => user)).toEqual(['u2'])
})
