import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type RedisServer, startRedis, whyNoRedis } from '@explore/servers'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { judge } from './examine-redis.ts'
import { openRedis } from './open-redis.ts'
import { openRedisProfiles, openRedisState } from './open-redis-stores.ts'

const servers: RedisServer[] = []
const start = async (...settings: readonly string[]) => {
  const server = await startRedis({ settings, local: true })
  servers.push(server)
  const [node] = server.nodes
  const port = node!.address.split(':')[1]!
  return { url: server.url, port, signal: node!.signal }
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()))
})
/** What opening the state and writing to it says. */
const trouble = async (url: string): Promise<unknown> => {
  try {
    const state = await openRedisState(url)
    onTestFinished(() => state.close())
    await state.apply({ expected: 0, watermark: 1, users: [], counters: [], boards: [] })
    return 'none'
  } catch (error) {
    return error
  }
}
const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

const missing = whyNoRedis({ own: true })

it('has a Redis of its own', ({ skip }) => skip(missing !== undefined, missing))

if (missing === undefined)
  describe('a Redis that cannot serve', () => {
    it('is one that is not there', async () => {
      const port = await freePort()
      expect(await trouble(`redis://127.0.0.1:${port}`)).toEqual(
        failure('STORE_UNREACHABLE', /ECONNREFUSED/),
      )
    })

    it('is one that knows another password, or wants one', async () => {
      const { port } = await start('--requirepass', 'right')
      for (const user of ['', ':wrong@', 'nobody:right@']) {
        const error = await trouble(`redis://${user}127.0.0.1:${port}`)
        expect(error).toEqual(failure('STORE_FORBIDDEN', /127/))
        expect((error as Error).message).not.toContain('wrong')
      }
      expect(await trouble(`redis://:right@127.0.0.1:${port}`)).toBe('none')
    })

    it('is one whose user may not write, while one of the prefix may', async () => {
      const { port } = await start(
        ...'--user default off'.split(' '),
        ...'--user reader on >pw ~explore:* +@read +@connection +info'.split(' '),
        ...'--user tenant on >pw ~eu:* +@read +@write +@connection +@scripting +info'.split(' '),
      )
      const at = (user: string, prefix: string): string =>
        `redis://${user}:pw@127.0.0.1:${port}/?prefix=${prefix}`
      expect(await trouble(at('reader', 'explore'))).toEqual(failure('STORE_FORBIDDEN', /NOPERM/))
      expect(await trouble(at('tenant', 'explore'))).toEqual(failure('STORE_FORBIDDEN', /NOPERM/))
      expect(await trouble(at('tenant', 'eu'))).toBe('none')
      const profiles = await openRedisProfiles(at('tenant', 'eu'))
      await profiles.putItems([{ id: 'a', author: 'b' }])
      await profiles.close()
    })

    it('is a replica', async () => {
      const primary = await start()
      const replica = await start('--replicaof', `127.0.0.1 ${primary.port}`)
      expect(await trouble(replica.url)).toEqual(failure('STORE_UNFIT', /replica/))
      const link = await openRedis(replica.url)
      onTestFinished(() => link.close())
      await expect(link.send('SET', 'a', 'b')).rejects.toEqual(
        failure('STORE_READ_ONLY', /READONLY/),
      )
    })

    it('is one that a newer version wrote to, and stays as it is', async () => {
      const { url } = await start()
      expect(await trouble(url)).toBe('none')
      expect(await trouble(`${url}?prefix=other`)).toBe('none')
      const link = await openRedis(url)
      onTestFinished(() => link.close())
      await link.send('SET', 'explore:format', '2')
      const newer = failure('STATE_NEWER', /explore has format 2, this version reads 1/)
      await expect(openRedisState(url)).rejects.toEqual(newer)
      await expect(openRedisProfiles(url)).rejects.toEqual(newer)
      expect(await trouble(`${url}?prefix=third`)).toBe('none')
      await link.send('SET', 'explore:format', 'x')
      await expect(openRedisState(url)).rejects.toEqual(failure('STATE_BROKEN', /has format NaN/))
    })

    it('is one that drops keys which do not expire', async () => {
      const { url } = await start('--maxmemory-policy', 'allkeys-lru')
      expect(await trouble(url)).toEqual(failure('STORE_UNFIT', /allkeys-lru/))
      const fleeting = await start('--maxmemory-policy', 'volatile-lru')
      expect(await trouble(fleeting.url)).toBe('none')
      expect(await trouble(`${fleeting.url}?idleDays=30`)).toEqual(
        failure('STORE_UNFIT', /active users/),
      )
    })

    it('is one that is full, which then loses nothing', async () => {
      const { url } = await start('--maxmemory', '3mb')
      const state = await openRedisState(url)
      onTestFinished(() => state.close())
      const write = { counters: [], boards: [{ board: 'b', item: 1, delta: 1 }] }
      let watermark = 0
      const fill = async (): Promise<void> => {
        for (; watermark < 1000; watermark++) {
          const users = [[`u${watermark}`, new Uint8Array(10_000)]] as const
          await state.apply({ expected: watermark, watermark: watermark + 1, users, ...write })
        }
      }
      await expect(fill()).rejects.toEqual(failure('STORE_FULL', /OOM/))
      expect(watermark).toBeGreaterThan(10)
      expect(await state.watermark()).toBe(watermark)
      expect((await state.top('b', 1)).scores[0]).toBe(watermark)
    })

    it('is one that does not answer', async () => {
      const server = await start()
      const link = await openRedis(server.url, { timeout: 200 })
      onTestFinished(() => link.close())
      await link.send('PING')
      server.signal('SIGSTOP')
      await expect(link.send('PING')).rejects.toEqual(
        failure('STORE_UNREACHABLE', /no answer within/),
      )
      server.signal('SIGCONT')
      await expect.poll(() => link.send('PING').then(String)).toBe('PONG')
    })

    it('is one of TLS that is asked in plaintext, or the other way round', async ({ skip }) => {
      const folder = mkdtempSync(join(tmpdir(), 'explore-tls-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      try {
        execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], {
          stdio: 'ignore',
        })
      } catch {
        skip('there is no openssl to make a certificate')
      }
      const tlsPort = await freePort()
      const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
      const { port } = await start('--tls-port', `${tlsPort}`, ...files, '--tls-auth-clients', 'no')
      expect(await trouble(`rediss://localhost:${tlsPort}?ca=${cert}`)).toBe('none')
      const unknown = await trouble(`rediss://localhost:${tlsPort}`)
      expect(unknown).toEqual(failure('STORE_UNREACHABLE', /self-signed/))
      const plain = await trouble(`rediss://localhost:${port}?ca=${cert}`)
      expect(plain).toMatchObject({
        code: 'STORE_UNREACHABLE',
        hint: expect.stringContaining('plaintext'),
      })
      const secret = await trouble(`redis://localhost:${tlsPort}`)
      expect(secret).toMatchObject({
        code: 'STORE_UNREACHABLE',
        hint: expect.stringContaining('TLS'),
      })
    })
  })

describe('judge', () => {
  const sound = { redis_version: '7.0.15', role: 'master', aof_enabled: '1' }
  const levels = (facts: Readonly<Record<string, string>>, idleMs = 0): readonly string[] =>
    judge({ ...sound, ...facts }, idleMs).map(({ level }) => level)
  const hour = 3_600_000
  const now = 1_790_000_000_000

  it('is content with what loses nothing', () => {
    expect(new Set(levels({ maxmemory_policy: 'noeviction' }))).toEqual(new Set(['ok']))
    expect(new Set(levels({ maxmemory_policy: 'volatile-ttl' }, 1))).toEqual(new Set(['ok']))
  })

  it('warns of state that is in memory only, and of no disk', () => {
    expect(levels({ aof_enabled: '0' })).toContain('warn')
    expect(levels({ aof_last_write_status: 'err' })).toContain('fail')
  })

  it('refuses versions that lack commands', () => {
    expect(levels({ redis_version: '6.0.16' })).toContain('fail')
    expect(levels({ redis_version: '5.0.0' })).toContain('fail')
    expect(levels({ redis_version: '6.2.0' })).not.toContain('fail')
  })
  it('warns of a clock that is an hour off, either way', () => {
    const clock = (time: number) =>
      judge({ ...sound, server_time_usec: `${time * 1000}` }, 0, now).filter(
        ({ level }) => level === 'warn',
      )
    expect(clock(now + 900)).toEqual([])
    expect(clock(now + hour)).toMatchObject([{ detail: expect.stringContaining('3600 s ahead') }])
    expect(clock(now - hour)).toMatchObject([{ detail: expect.stringContaining('3600 s behind') }])
  })
})
