import { describe, expect, it } from 'vitest'
import { redisTarget } from './redis-target.ts'

describe('redisTarget', () => {
  it('reads what a URL says, and has defaults for the rest', () => {
    expect(redisTarget('redis://localhost')).toEqual({
      ...{ host: 'localhost', port: 6379, username: undefined, password: undefined, db: 0 },
      ...{ tls: undefined, cluster: false, prefix: 'explore', shards: 1, idleMs: 0 },
      name: 'redis://localhost',
    })
    expect(
      redisTarget('rediss://u%40x:p%2Fw@[::1]:7000/2?cluster=1&prefix=eu.shop&idleDays=1.5'),
    ).toEqual({
      ...{ host: '::1', port: 7000, username: 'u@x', password: 'p/w', db: 2, tls: {} },
      ...{ cluster: true, prefix: 'eu.shop', shards: 8, idleMs: 129_600_000 },
      name: 'rediss://[::1]:7000',
    })
  })

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://localhost/x',
    'redis://localhost?prefix={a}',
    'redis://localhost?prefix=',
    'redis://localhost?shards=0',
    'redis://localhost?idleDays=-1',
    'redis://localhost?cluster=yes',
    'redis://localhost?prefx=a',
    'rediss://localhost?ca=/no/such/file',
  ])('refuses %s', url => {
    expect(() => redisTarget(url)).toThrow(expect.objectContaining({ code: 'SETTING_INVALID' }))
  })

  it('keeps the password out of what it says', () => {
    expect(redisTarget('redis://u:secret@h').name).not.toContain('secret')
  })
})
