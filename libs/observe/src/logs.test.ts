import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { logsOf } from './logs.ts'

const linesOf = (level: string | undefined) => {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  const logs = logsOf('gateway', level, stream)
  logs.info({ a: 1 }, 'said')
  logs.error({ err: new Error('broken\nin two') }, 'failed')
  return lines
}

test.each([
  [undefined, 1],
  ['error', 1],
  ['info', 2],
  ['silent', 0],
  ['no-such-level', 1],
])('level %s tells %i of an info and an error, a line of JSON each', (level, count) => {
  const lines = linesOf(level)
  expect(lines.length).toBe(count)
  for (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toMatchObject({ service: 'gateway', level: expect.any(String) })
  }
})
