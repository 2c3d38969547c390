import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { homeAt, openStores } from '@explore/embedded'
import type { Page } from '@explore/explore'
import { open } from 'lmdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homes, someItems } from './testing/homes.ts'
import { explore, follow, launch } from './testing/run-explore.ts'
import { exchange, serveHome, type Server } from './testing/server.ts'

const folder = homes()
/** A home with items and no models: as good as any to be killed in. */
const home = folder.next()
beforeAll(async () => {
  const server = await serveHome(home)
  await server.client.putItems(someItems(60))
  await server.stop()
})
afterAll(folder.remove)

/** Sends likes from several senders until the server is gone; returns the ids that were acknowledged. */
const acknowledgedUntilGone = async (server: Server, enough: number, then: () => void) => {
  const acknowledged: string[] = []
  let due = true
  const sender = async (name: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const rows = Array.from({ length: 20 }, (_, i) => ({
        eventId: `e${name}-${n}-${i}`,
        ...{ userId: `u${name}`, itemId: `m${(n + i) % 60}`, type: 'click' },
      }))
      const { status } = await exchange(`${server.url}/v1/events`, 'POST', rows)
      if (status !== 202) return
      acknowledged.push(...rows.map(({ eventId }) => eventId))
      if (due && acknowledged.length >= enough) {
        due = false
        then()
      }
    }
  }
  await Promise.allSettled(Array.from({ length: 4 }, (_, name) => sender(name)))
  return acknowledged
}

const idsInLog = async (home: string): Promise<ReadonlySet<string>> => {
  const { log, close } = await openStores(homeAt(home))
  const ids = new Set<string>()
  for (let from = 0; ;) {
    const { events, next } = await log.read(from, 5000)
    if (events.length === 0) break
    for (const { eventId } of events) ids.add(eventId)
    from = next
  }
  await close()
  return ids
}

describe('a server', () => {
  it('killed under load has every acknowledged event, and makes pages at once', async () => {
    const own = folder.copyOf(home)
    const server = await serveHome(own)
    const sent = await acknowledgedUntilGone(server, 1000, () => server.process.kill('SIGKILL'))
    expect((await server.ended).code).toBe('SIGKILL')
    expect(sent.length).toBeGreaterThanOrEqual(1000)
    const logged = await idsInLog(own)
    expect(sent.filter(id => !logged.has(id))).toEqual([])

    const next = await serveHome(own)
    expect((await next.client.page({ userId: 'u1' })).items).not.toEqual([])
    await expect.poll(async () => (await next.client.health()).lag, { timeout: 20_000 }).toBe(0)
    await next.stop()
  })

  it.each([['SIGINT'], ['SIGTERM', 'SIGTERM']] as const)(
    'drains at %s: what is under way is finished',
    async (...signals) => {
      const server = await serveHome(folder.copyOf(home))
      let pages: Promise<PromiseSettledResult<Page>[]> | undefined
      const sent = acknowledgedUntilGone(server, 200, () => {
        const asked = Array.from({ length: 20 }, () => server.client.page({ userId: 'reader' }))
        pages = Promise.allSettled(asked)
        // A request that has not arrived is not under way.
        setTimeout(() => signals.forEach(signal => server.process.kill(signal)), 10)
      })
      expect((await sent).length).toBeGreaterThanOrEqual(200)
      for (const outcome of await pages!) {
        if (outcome.status === 'fulfilled') expect(outcome.value.items).toHaveLength(20)
        else
          expect(outcome.reason).toMatchObject({ code: expect.stringMatching(/SHUTTING|UNREACH/) })
      }
      const { code, stderr } = await server.ended
      expect(stderr).toMatch(/^explore: (serving without models: .*\nexplore: )?draining …\n$/)
      expect(code).toBe(0)
    },
  )

  it.each([
    ['SIGKILL', 'SIGKILL'],
    ['SIGINT', 0],
    ['SIGTERM', 0],
  ] as const)('stops when the process that started it gets %s', async (signal, code) => {
    // As bin/explore.mjs does, but for its look at what is installed, which is this very checkout.
    const tools = join(process.cwd(), 'tools/bootstrap.mjs')
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const own = folder.copyOf(home)
    const args = JSON.stringify([main, 'start', '--port', '0', '--home', own])
    const source = `import('${tools}').then(({ runPinned }) => runPinned(${args}))`
    const outer = follow(spawn(process.execPath, ['-e', source], { stdio: 'pipe' }))
    const [, url] = await outer.says(/serves on (http:\S+)[^]*Ctrl-C/)
    outer.process.kill(signal)
    // Its end is that of the pipes, which the server holds too.
    expect((await outer.ended).code).toBe(code)
    await expect(fetch(`${url}/v1/health/live`)).rejects.toThrow()
    const doctor = await explore(['doctor', '--home', own])
    expect(doctor.stdout).toContain('no process holds the home')
  })

  it('refuses a second process on its home, and a taken port before any preparation', async () => {
    const server = await serveHome(folder.copyOf(home))
    const { url, process: holder } = server
    const path = holder.spawnargs[holder.spawnargs.indexOf('--home') + 1]!
    const second = await explore(['start', '--port', '0', '--home', path])
    expect(second).toMatchObject({ code: 3, stdout: '' })
    expect(second.stderr).toMatch(`held by process ${holder.pid} (explore start on ${url})`)
    for (const args of [['bench'], ['import', 'x.csv']]) {
      expect((await explore([...args, '--home', path])).code).toBe(3)
    }
    const fresh = folder.next()
    const { port } = new URL(url)
    const taken = await explore(['start', '--port', port, '--home', fresh])
    expect(taken).toMatchObject({ code: 3, stdout: '' })
    expect(taken.stderr).toMatch(`127.0.0.1:${port} is taken\n  PORT_IN_USE`)
    expect((await explore(['doctor', '--home', fresh])).stdout).toContain('there are no items')
    await server.stop()
  })

  it('says which address it cannot listen on', async () => {
    const refused = await explore(['start', '--host', '192.0.2.1', '--home', folder.next()])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/192\.0\.2\.1:8080 can't be listened on/)
  })

  it('is free to go while it prepares', async () => {
    const own = folder.next()
    const preparing = launch(['start', '--port', '0', '--home', own])
    await preparing.says(/demo world/)
    preparing.process.kill('SIGTERM')
    expect((await preparing.ended).code).toBe('SIGTERM')
    const server = await serveHome(own)
    expect((await server.client.health()).items).toBe(0)
    await server.stop()
  })
})

describe('a home', () => {
  it('that cannot be written is refused with what to do', async () => {
    const own = folder.copyOf(home)
    const nobody = process.getuid!() === 0 ? 65_534 : undefined
    chmodSync(folder.root, 0o755)
    const sealed = join(folder.root, 'sealed')
    mkdirSync(sealed, { mode: 0o555 })
    for (const path of [join(sealed, 'home'), own]) {
      chmodSync(path === own ? join(own, 'db/data.mdb') : sealed, 0o444 | 0o111)
      const { code, stderr } = await explore(['page', 'u1', '--home', path], {
        cwd: '/',
        ...(nobody && { uid: nobody }),
      })
      expect(code).toBe(1)
      expect(stderr).toMatch(/STATE_FORBIDDEN: let this user read and write/)
    }
  })

  it('that is a file is none', async () => {
    const file = join(folder.root, 'a-file')
    writeFileSync(file, 'x')
    const { code, stderr } = await explore(['doctor', '--home', file])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/STATE_BROKEN/) })
  })

  it('of a newer version is refused, and left as it is', async () => {
    const own = folder.copyOf(home)
    const env = open({ path: join(own, 'db'), noSubdir: false, maxDbs: 32 })
    await env.openDB({ name: 'meta', encoding: 'json' }).put('format', 99)
    await env.close()
    const start = await explore(['start', '--port', '0', '--home', own])
    expect(start.code).toBe(1)
    expect(start.stderr).toMatch(/has format 99.*\n {2}STATE_NEWER: .*upgrade/)
    const doctor = await explore(['doctor', '--home', own, '--json'])
    expect(doctor.code).toBe(1)
    expect(JSON.parse(doctor.stdout)).toContainEqual(
      expect.objectContaining({ check: 'state', level: 'fail' }),
    )
  })

  it.each([
    ['garbage', (file: string) => writeFileSync(file, Buffer.alloc(100_000, 'garbage'))],
    ['truncated', (file: string) => writeFileSync(file, Buffer.alloc(0x100).fill(1))],
  ])('whose data file is %s is refused without a crash', async (_, spoil) => {
    const own = folder.copyOf(home)
    spoil(join(own, 'db/data.mdb'))
    for (const args of [
      ['start', '--port', '0'],
      ['page', 'u1'],
    ]) {
      const { code, stderr } = await explore([...args, '--home', own])
      expect(code).toBe(1)
      expect(stderr).toMatch(/STATE_BROKEN/)
    }
    expect((await explore(['doctor', '--home', own])).stdout).toMatch(/✗ state/)
  })
})

describe('a full disk', () => {
  const disk = join(folder.root, 'disk')
  const mount = (): boolean => {
    mkdirSync(disk)
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0
  }
  const mounted = process.platform === 'linux' && process.getuid!() === 0 && mount()
  afterAll(() => {
    if (mounted) spawnSync('umount', ['-l', disk])
  })

  it('costs nothing that was acknowledged; the server serves on, and takes events once there is room', async ({
    skip,
  }) => {
    skip(!mounted, 'only root on Linux can mount a small disk')
    const own = join(disk, 'home')
    cpSync(home, own, { recursive: true })
    const ballast = join(disk, 'ballast')
    const server = await serveHome(own)
    const free = 3 * 2 ** 20 - statSync(join(own, 'db/data.mdb')).size
    writeFileSync(ballast, Buffer.alloc(Math.max(0, free - 700_000)))

    const sent = await acknowledgedUntilGone(server, Infinity, () => {})
    expect(sent.length).toBeGreaterThan(0)
    const refused = await server.call('POST', '/v1/events', [
      { userId: 'u1', itemId: 'm1', type: 'like' },
    ])
    expect(refused).toMatchObject({ status: 507, body: { code: 'DISK_FULL' } })
    expect((await server.client.page({ userId: 'u1' })).items).not.toEqual([])
    const setting = await server.call('PATCH', '/v1/settings', { 'page.limit': 5 })
    expect([200, 507]).toContain(setting.status)

    writeFileSync(ballast, '')
    await expect
      .poll(async () => (await server.client.health()).ready, { timeout: 20_000 })
      .toBe(true)
    const taken = await server.call('POST', '/v1/events', [
      { eventId: 'after', userId: 'u1', itemId: 'm1', type: 'like' },
    ])
    expect(taken.status).toBe(202)
    await server.stop()
    const logged = await idsInLog(own)
    expect([...sent, 'after'].filter(id => !logged.has(id))).toEqual([])
  })
})
