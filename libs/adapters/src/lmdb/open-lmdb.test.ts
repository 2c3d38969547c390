import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { describe, expect, it } from 'vitest'
import { lmdbEventLog } from './lmdb-event-log.ts'
import { lmdbProfileStore } from './lmdb-profile-store.ts'
import { lmdbStateStore } from './lmdb-state-store.ts'
import { metaOf, openLmdb } from './open-lmdb.ts'
import { runScript } from './testing/run-script.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const openTwice = new URL('./testing/open-twice.ts', import.meta.url)
const unprivileged = new URL('./testing/open-unprivileged.ts', import.meta.url)
const event = { eventId: 'e', userId: 'u', type: 'click', itemId: 'i', time: 1 } as const
const opening = (folder: string, readOnly = false): unknown => {
  try {
    return openLmdb(folder, { readOnly })
  } catch (error) {
    return error
  }
}
const code = (value: string) => expect.objectContaining({ code: value })

/** A closed environment with some megabytes in it. */
const filled = async (): Promise<string> => {
  const folder = temporaryFolder()
  const env = openLmdb(folder)
  const state = lmdbStateStore(env)
  for (let i = 0; i < 20; i++) await state.put(`k${i}`, new Uint8Array(200_000))
  await env.close()
  return folder
}

describe('openLmdb', () => {
  it('makes the folder, also where its name has a dot', async () => {
    const folder = join(temporaryFolder(), 'deep', 'home.db')
    const env = openLmdb(folder)
    await lmdbEventLog(env).append([event])
    await env.close()
    expect(statSync(join(folder, 'data.mdb')).isFile()).toBe(true)
  })

  it('is opened twice by one thread, of which one writes, and neither waits for the other', async () => {
    const { stdout } = await runScript(openTwice, [temporaryFolder()])
    expect(stdout.trim()).toBe('100')
  })

  it('opens a folder that was made anew while it had another of that name', async () => {
    const folder = join(temporaryFolder(), 'db')
    const before = openLmdb(folder)
    await lmdbEventLog(before).append([event])
    rmSync(folder, { recursive: true })
    const after = openLmdb(folder)
    expect(await lmdbEventLog(after).end()).toBe(0)
    await after.close()
    await before.close()
  })

  it('grows beyond its first map', async () => {
    const folder = temporaryFolder()
    const env = openLmdb(folder, { mapSize: 1 << 20 })
    const small = openLmdb(folder, { mapSize: 1 << 20 })
    const state = lmdbStateStore(env)
    for (let i = 0; i < 10; i++) await state.put(`k${i}`, new Uint8Array(1_000_000).fill(i))
    for (const each of [state, lmdbStateStore(small)]) {
      for (let i = 0; i < 10; i++) expect((await each.get(`k${i}`))![999_999]).toBe(i)
    }
    await Promise.all([env.close(), small.close()])
  })

  it('finishes the writes under way when it closes, and takes none after', async () => {
    const folder = temporaryFolder()
    const env = openLmdb(folder)
    const log = lmdbEventLog(env)
    const state = lmdbStateStore(env)
    const writing = [log.append([event]), state.put('k', Uint8Array.of(1))]
    await env.close()
    await Promise.all(writing)
    await expect(log.append([event])).rejects.toEqual(code('SHUTTING_DOWN'))
    expect(() => log.end()).toThrow(code('SHUTTING_DOWN'))
    expect(() => state.get('k')).toThrow(code('SHUTTING_DOWN'))
    await env.close()
    const again = openLmdb(folder)
    expect(await lmdbEventLog(again).end()).toBe(1)
    expect(await lmdbStateStore(again).get('k')).toEqual(Uint8Array.of(1))
    await again.close()
  })

  it('reads what others write when it may only read', async () => {
    const folder = temporaryFolder()
    const env = openLmdb(folder)
    const stores = [lmdbEventLog(env), lmdbStateStore(env), lmdbProfileStore(env)] as const
    const reader = openLmdb(folder, { readOnly: true })
    const log = lmdbEventLog(reader)
    await stores[0].append([event])
    expect(await log.end()).toBe(1)
    expect(lmdbProfileStore(reader).catalogueId).toBe(stores[2].catalogueId)
    await expect(log.append([event])).rejects.toEqual(code('STATE_FORBIDDEN'))
    await Promise.all([env.close(), reader.close()])
  })

  it('gives every environment a catalogue id of its own', async () => {
    const envs = [openLmdb(temporaryFolder()), openLmdb(temporaryFolder())]
    const ids = envs.map(env => lmdbProfileStore(env).catalogueId)
    expect(new Set(ids).size).toBe(2)
    await Promise.all(envs.map(env => env.close()))
  })

  describe('refuses', () => {
    it('what a newer version wrote, and leaves it as it is', async () => {
      const folder = temporaryFolder()
      const env = openLmdb(folder)
      await env.write(() => metaOf(env).putSync('format', 2))
      await env.close()
      const bytes = readFileSync(join(folder, 'data.mdb'))
      expect(opening(folder)).toEqual(code('STATE_NEWER'))
      expect(opening(folder, true)).toEqual(code('STATE_NEWER'))
      expect(readFileSync(join(folder, 'data.mdb')).equals(bytes)).toBe(true)
    })

    it.each([
      ['garbage', Buffer.alloc(100_000, 7)],
      ['a text', Buffer.from('hello')],
      ['zeros', Buffer.alloc(100_000)],
    ])('%s', (_, bytes) => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'data.mdb'), bytes)
      expect(opening(folder)).toEqual(code('STATE_BROKEN'))
      expect(opening(folder, true)).toEqual(code('STATE_BROKEN'))
    })

    it('another version of the file format', async () => {
      const folder = await filled()
      const file = join(folder, 'data.mdb')
      const bytes = readFileSync(file)
      bytes.writeUInt32LE(1, 28)
      writeFileSync(file, bytes)
      expect(opening(folder)).toEqual(code('STATE_BROKEN'))
    })

    it.each([0.01, 0.3, 0.7])('a file of which %f is left', async share => {
      const folder = await filled()
      const file = join(folder, 'data.mdb')
      truncateSync(file, Math.floor(statSync(file).size * share))
      expect(opening(folder)).toEqual(code('STATE_BROKEN'))
    })

    it('an environment of something else', async () => {
      const folder = temporaryFolder()
      const root = open({ path: folder, noSubdir: false, overlappingSync: false })
      await root.openDB('theirs', {}).put('a', 1)
      await root.close()
      expect(opening(folder)).toEqual(code('STATE_BROKEN'))
    })

    it('a path that is a file, or below one', () => {
      const file = join(temporaryFolder(), 'file')
      writeFileSync(file, '')
      expect(opening(file)).toEqual(code('STATE_BROKEN'))
      expect(opening(join(file, 'below'))).toEqual(code('STATE_BROKEN'))
    })

    it('to read where there is nothing', () => {
      expect(opening(join(temporaryFolder(), 'none'), true)).toEqual(code('STATE_BROKEN'))
    })

    it('a folder that it may not touch', async ({ skip }) => {
      skip(process.platform === 'win32', 'its folders have no permission bits')
      const folder = join(temporaryFolder(), 'locked')
      mkdirSync(folder)
      await openLmdb(join(folder, 'db')).close()
      chmodSync(folder, 0o000)
      const { stdout } = await runScript(unprivileged, [join(folder, 'db')])
      chmodSync(folder, 0o700)
      expect(stdout).toBe('STATE_FORBIDDEN\n')
    })
  })
})
