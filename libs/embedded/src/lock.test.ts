import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Home, homeAt } from './home.ts'
import { holderOf, lockHome } from './lock.ts'

let folder: string
let home: Home

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explore-lock-'))
  home = homeAt(folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('refuses a second holder and names the first', async () => {
  const lock = await lockHome(home, 'start')
  lock.holder.url = 'http://127.0.0.1:1'
  await expect(lockHome(home, 'import')).rejects.toMatchObject({
    code: 'HOME_IN_USE',
    message: expect.stringContaining(
      `process ${process.pid} (explore start on http://127.0.0.1:1)`,
    ),
  })
  expect(await holderOf(home)).toEqual({
    pid: process.pid,
    command: 'start',
    url: 'http://127.0.0.1:1',
  })
  await lock.release()
  expect(await holderOf(home)).toBeUndefined()
  await (await lockHome(home, 'import')).release()
})

it('knows one home by all of its paths', async () => {
  const lock = await lockHome(home, 'start')
  await expect(lockHome(homeAt(join(folder, 'db', '..')), 'start')).rejects.toMatchObject({
    code: 'HOME_IN_USE',
  })
  await lock.release()
})

it('is free again when its holder was killed', async () => {
  const source = `
    import { homeAt } from '${new URL('./home.ts', import.meta.url)}'
    import { lockHome } from '${new URL('./lock.ts', import.meta.url)}'
    await lockHome(homeAt(${JSON.stringify(folder)}), 'start')
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await expect(lockHome(home, 'start')).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await lockHome(home, 'start')).release()
})
