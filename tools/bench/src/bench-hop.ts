import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Home } from '@explore/embedded'
import { encodeUserState } from '@explore/explore'
import { remoteFirstStage, stageLink } from '@explore/rpc'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { BARE, BARE_OPTIONS } from './bare-call.ts'
import { cpuMs } from './cpu-time.ts'
import type { Figure } from './figures.ts'
import type { HopMessage } from './hop-process.ts'
import { closedLoop } from './open-loop.ts'
import { pageSamples } from './page-samples.ts'
import { cpuOf } from './process-figures.ts'
import { median, rangeOf } from './statistics.ts'

const CANDIDATES = 1000
const CALLERS = 4
const ROUNDS = 9
/** Until both ends are compiled. */
const WARM_UP_SECONDS = 10
const DEADLINE_MS = 10_000
const ARMS = ['hop', 'bare'] as const
type Arm = (typeof ARMS)[number]

/**
 * What one hop costs: a call of the first stage, whose service reads and checks all that it is sent and scores nothing, in
 * turns with a bare call of grpc-js that carries as many bytes. CPU of both ends: this process and another.
 */
export const benchHop = async (
  home: Home,
  users: readonly string[],
  seconds: number,
): Promise<readonly Figure[]> => {
  const { parts, samples, close } = await pageSamples(home, users)
  const script = fileURLToPath(new URL('./hop-process.ts', import.meta.url))
  const far = fork(script, [JSON.stringify([home, CANDIDATES])])
  const [ports] = (await once(far, 'message')) as [HopMessage]
  const link = stageLink('first-stage', `grpc://127.0.0.1:${ports.stage}`, { wall: Date.now })
  const client = new Client(`127.0.0.1:${ports.bare}`, credentials.createInsecure(), BARE_OPTIONS)
  const { catalogue, bundle, settings, now } = parts
  const items = Uint32Array.from({ length: CANDIDATES }, (_, i) => i % catalogue.size)
  const firstStage = remoteFirstStage(link, { bundle: bundle.id, catalogue }, settings)
  // A ranker elsewhere is sent the items alone.
  const column = new Float32Array(CANDIDATES)
  const flags = new Uint32Array(CANDIDATES)
  const slate = {
    ...{ length: CANDIDATES, items, sources: flags, mixRank: flags },
    ...{ mixed: column, draw: column, slot: new Uint8Array(CANDIDATES) },
  }
  const states = samples.map(({ viewer }) => encodeUserState(viewer.state).length)
  const body = Buffer.alloc(items.byteLength + median(states))

  const calls: Record<Arm, (turn: number) => Promise<unknown>> = {
    hop: async turn => {
      const { viewer } = samples[turn % samples.length]!
      const { signal } = new AbortController()
      const deadline = performance.now() + DEADLINE_MS
      const context = { now: now(), seed: `${turn}`, signal, deadline }
      await firstStage.load(slate, viewer, context)
    },
    bare: () =>
      new Promise<void>((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = BARE
        const options = { deadline: Date.now() + DEADLINE_MS }
        const done = (error: Error | null): void => (error ? reject(error) : resolve())
        client.makeUnaryRequest(
          ...([path, requestSerialize, responseDeserialize, body] as const),
          ...([new Metadata(), options, done] as const),
        )
      }),
  }
  const cost = async (arm: Arm, seconds: number): Promise<number> => {
    const both = (): number => cpuMs() + cpuOf(far.pid!)
    const before = both()
    const load = { concurrency: CALLERS, seconds }
    const { requests } = await closedLoop(calls[arm], () => performance.now(), load)
    return (both() - before) / requests
  }
  try {
    for (const arm of ARMS) await cost(arm, WARM_UP_SECONDS)
    const costs: Record<Arm, number[]> = { hop: [], bare: [] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const arm of ARMS) costs[arm].push(await cost(arm, seconds / ROUNDS / ARMS.length))
    }
    const ratios = costs.hop.map((ms, round) => ms / costs.bare[round]!)
    return [
      {
        name: `a hop of ${CANDIDATES} candidates`,
        value: median(costs.hop),
        unit: 'ms CPU',
        bound: { most: 0.25 },
        note: `both ends, ${CALLERS} callers; ${rangeOf(costs.hop)}`,
      },
      {
        name: 'a bare call of grpc-js',
        value: median(costs.bare),
        unit: 'ms CPU',
        note: `as many bytes; ${rangeOf(costs.bare)}`,
      },
      { name: 'hop ÷ bare call', value: median(ratios), unit: '×', note: rangeOf(ratios) },
    ]
  } finally {
    client.close()
    link.close()
    far.disconnect()
    await close()
  }
}
