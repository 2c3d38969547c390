import { setTimeout as sleep } from 'node:timers/promises'
import type { Proxy } from '@explore/servers'
import { ExploreError } from '@explore/explore'
import { TRAP } from './group.ts'
import type { Rig } from './rig.ts'
import type { Fault, Kind } from './schedule.ts'

/** Does a fault to the rig and undoes it; resolves when it is undone. `violated` hears what must not be. */
type Injection = (rig: Rig, fault: Fault, violated: (what: string) => void) => Promise<void>

/** Any broker may be the controller. */
const brokerOf = ({ kafka }: Rig, { target }: Fault) => kafka!.nodes[target % kafka!.nodes.length]!

const nodeOf = ({ redis }: Rig, { target }: Fault) => redis.nodes[target % redis.nodes.length]!

/** A server of either kind, killed and started again. */
const killed =
  (serverOf: typeof brokerOf | typeof nodeOf): Injection =>
  async (rig, fault) => {
    const server = serverOf(rig, fault)
    await server.stop('SIGKILL')
    await sleep(fault.lasts)
    await server.start()
  }

const frozen =
  (serverOf: typeof brokerOf | typeof nodeOf): Injection =>
  async (rig, fault) => {
    const server = serverOf(rig, fault)
    server.signal('SIGSTOP')
    await sleep(fault.lasts)
    server.signal('SIGCONT')
  }

/** A processor's ways to the state or to the brokers, which neither end is told of. */
const hindered =
  (waysOf: (rig: Rig, member: number) => readonly Proxy[], how: 'cut' | 'stalled'): Injection =>
  async (rig, { target, lasts }) => {
    const ways = waysOf(rig, target % rig.processors)
    for (const way of ways) way.set(how)
    await sleep(lasts)
    for (const way of ways) way.set('passes')
  }
const toState = ({ proxies }: Rig, member: number): readonly Proxy[] => [proxies[member]!]
const toBrokers = ({ brokerWays }: Rig, member: number): readonly Proxy[] => brokerWays[member]!

export const INJECTIONS: Readonly<Record<Kind, Injection>> = {
  'processor killed': async ({ group, processors }, { target, stage, lasts }) => {
    group.hit(target % processors, 'SIGKILL', stage)
    await sleep(TRAP + 50 + lasts)
    group.join(target % processors)
  },
  'processor frozen': async ({ group, processors }, { target, stage, lasts }) => {
    group.hit(target % processors, 'SIGSTOP', stage)
    await sleep(TRAP + 50 + lasts)
    group.thaw(target % processors)
  },
  'processor leaves': async ({ group, processors }, { target, lasts }) => {
    group.leave(target % processors)
    await sleep(lasts)
    group.join(target % processors)
  },
  'join storm': async ({ group, processors }, { lasts }) => {
    for (let gone = 0; gone <= lasts; gone += 150) {
      group.leave(gone % processors)
      await sleep(75)
      group.join(gone % processors)
      await sleep(75)
    }
    for (let member = 0; member < processors; member++) group.join(member)
  },
  'state killed': killed(nodeOf),
  'state frozen': frozen(nodeOf),
  'state emptied': async ({ direct }) => {
    // One that is away keeps what it has.
    await direct.each(send => send('FLUSHALL')).catch(() => {})
  },
  'state cut off': hindered(toState, 'cut'),
  'state stalled': hindered(toState, 'stalled'),
  'log cut off': hindered(toBrokers, 'cut'),
  'log stalled': hindered(toBrokers, 'stalled'),
  'dead letters away': async ({ bus }, { lasts }, violated) => {
    try {
      await bus.lettersAway(true)
      await bus.garbage().catch(() => {})
      await sleep(lasts)
    } finally {
      await bus.lettersAway(false).catch(error => violated(`dead letters stay away: ${error}`))
    }
  },
  'stale write': async ({ state, partitions }, { target }, violated) => {
    const partition = target % partitions
    const write = {
      users: [['u0', Uint8Array.of(1)] as const],
      counters: [{ item: 0, field: 0, delta: 1e6 }],
      boards: [],
    }
    try {
      const watermark = await state.watermark(partition)
      if (watermark === 0) return
      // What was read before the last batch, and what a longer log would lead to.
      for (const expected of [watermark - 1, watermark + 1_000_000]) {
        await state.apply({ ...write, partition, expected, watermark: expected + 1 })
        violated(`a writer that expected ${expected} of partition ${partition} wrote`)
      }
    } catch (error) {
      const code = error instanceof ExploreError ? error.code : undefined
      if (code !== 'WATERMARK_MISMATCH' && !code?.startsWith('STORE_')) violated(`${error}`)
    }
  },
  'broker killed': killed(brokerOf),
  'broker frozen': frozen(brokerOf),
  'rolling restart': async ({ kafka }) => {
    for (const node of kafka!.nodes) {
      await node.stop('SIGTERM')
      await node.start()
    }
  },
  'sent twice': async ({ load }) => load.twice(),
  'sent out of order': async ({ load }) => load.outOfOrder(),
  poison: async ({ load, bus }) => {
    load.poison()
    // A broker that is hurt may refuse them.
    await bus.garbage().catch(() => {})
  },
}

/** What a fault has to itself while it lasts; another on the same is left out. */
export const occupiedBy = (
  { kind, target }: Fault,
  { redis, processors }: Rig,
): string | undefined => {
  if (kind === 'join storm') return 'all processors'
  if (kind.startsWith('processor')) return `processor ${target % processors}`
  // With two of three away nothing could be written.
  if (kind.startsWith('broker') || kind === 'rolling restart') return 'the brokers'
  if (kind === 'state killed' || kind === 'state frozen') {
    return `node ${target % redis.nodes.length}`
  }
  if (kind === 'state cut off' || kind === 'state stalled') return `way ${target % processors}`
  if (kind === 'log cut off' || kind === 'log stalled') return `brokers' way ${target % processors}`
  if (kind === 'dead letters away') return kind
  return undefined
}
