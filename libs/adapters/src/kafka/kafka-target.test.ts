import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kafkaTarget } from './kafka-target.ts'

it('reads brokers, prefix and group', () => {
  expect(kafkaTarget('kafka://a')).toEqual({
    brokers: ['a:9092'],
    ssl: false,
    sasl: undefined,
    prefix: 'explore',
    group: 'stream-processor',
    name: 'kafka://a:9092',
  })
  expect(kafkaTarget('kafka://a:1,b:2,[::1]:3/?prefix=t&group=g')).toMatchObject({
    brokers: ['a:1', 'b:2', '[::1]:3'],
    prefix: 't',
    group: 'g',
  })
})

it('reads TLS and how to log in, and names no password', () => {
  const ca = join(mkdtempSync(join(tmpdir(), 'explore-')), 'ca.pem')
  writeFileSync(ca, 'PEM')
  const target = kafkaTarget(`kafka://ann:p%40ss@a:1?tls=1&ca=${ca}&mechanism=plain`)
  expect(target).toMatchObject({
    ssl: { ca: ['PEM'] },
    sasl: { mechanism: 'plain', username: 'ann', password: 'p@ss' },
  })
  expect(target.name).toBe('kafka://a:1')
  expect(kafkaTarget('kafka://ann:x@a:1').sasl).toMatchObject({ mechanism: 'scram-sha-512' })
})

it.each([
  ['http://a', 'no kafka://'],
  ['kafka://', 'no kafka://'],
  ['kafka://a:1,', 'no broker'],
  ['kafka://a b', 'no broker'],
  ['kafka://a?topic=x', 'has topic, but takes'],
  ['kafka://a?prefix=a{b}', 'has prefix=a{b}'],
  ['kafka://a?tls=yes', 'has tls=yes'],
  ['kafka://a?mechanism=gssapi', 'has mechanism=gssapi'],
  ['kafka://a?tls=1&ca=/nowhere', 'cannot be read'],
])('refuses %s', (url, why) => {
  const refusal = { code: 'SETTING_INVALID', message: expect.stringContaining(why) }
  expect(() => kafkaTarget(url)).toThrow(expect.objectContaining(refusal))
})
