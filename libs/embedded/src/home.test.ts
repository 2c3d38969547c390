import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { homeAt, scratchFolder } from './home.ts'
import { lockHome } from './lock.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'explore-home-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('makes the folder and what is in it', () => {
  const home = homeAt(join(folder, 'a/b'))
  expect(readdirSync(home.path).toSorted()).toEqual(['bundles', 'db'])
  expect(homeAt(home.path)).toEqual(home)
})

it('refuses a path that is no folder', () => {
  writeFileSync(join(folder, 'file'), '')
  for (const path of ['file', 'file/below']) {
    expect(() => homeAt(join(folder, path))).toThrow(
      expect.objectContaining({ code: 'STATE_BROKEN' }),
    )
  }
})

it('clears what a killed process was making when the next one takes it', async () => {
  const home = homeAt(folder)
  expect(scratchFolder(home)).not.toBe(scratchFolder(home))
  expect(readdirSync(home.scratch)).toHaveLength(2)
  const lock = await lockHome(home, 'start')
  expect(readdirSync(home.path)).not.toContain('scratch')
  await lock.release()
})
