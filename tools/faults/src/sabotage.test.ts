import { type RedisServer, startRedis, whyNoRedis } from '@explore/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runRound } from './round.ts'
import { SABOTAGES } from './sabotage.ts'
import type { Fault, Kind, Stage } from './schedule.ts'

const fault = (
  at: number,
  kind: Kind,
  target = 0,
  stage: Stage = 'anywhere',
  lasts = 0,
): Fault => ({
  ...{ at, kind, target, stage, lasts },
})
/** Zombies with a folded batch in hand, deaths between fold and write, and a producer that repeats itself. */
const FAULTS = [
  fault(1000, 'processor frozen', 0, 'before the write', 3500),
  fault(1500, 'sent twice'),
  fault(2000, 'processor frozen', 1, 'before the write', 3500),
  fault(4000, 'processor killed', 2, 'before the write', 500),
  fault(6500, 'sent twice'),
  fault(7000, 'processor frozen', 2, 'before the write', 3500),
  fault(7500, 'processor killed', 0, 'before the write', 500),
  fault(8000, 'processor killed', 1, 'after the write', 500),
]
const missing = whyNoRedis({ own: true })

it('has a Redis of its own', ({ skip }) => skip(missing !== undefined, missing))

if (missing === undefined)
  describe('the harness', () => {
    let redis: RedisServer
    beforeAll(async () => void (redis = await startRedis({ local: true })))
    afterAll(() => redis.stop())
    const run = (sabotage?: (typeof SABOTAGES)[number]) =>
      runRound({ redis }, { seed: 'proof', ms: 11_000, faults: FAULTS, sabotage })

    it('has nothing to say against what delivers each event once', async () => {
      const { violations, refused, starts, events } = await run()
      expect(violations).toEqual([])
      expect(refused).toBeGreaterThan(0)
      expect(starts).toBe(6)
      expect(events).toBeGreaterThan(1000)
    }, 180_000)

    it.each(SABOTAGES)(
      'sees what goes wrong with %s',
      async sabotage => {
        const { violations } = await run(sabotage)
        expect(violations.join('\n')).toMatch(/is not the fold|are not the sum/)
      },
      180_000,
    )
  })
