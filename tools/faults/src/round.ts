import { setTimeout as sleep } from 'node:timers/promises'
import { caughtUp, check } from './check.ts'
import { INJECTIONS, occupiedBy } from './inject.ts'
import { startProbe } from './probe.ts'
import { type Rig, type Servers, startRig } from './rig.ts'
import type { Sabotage } from './sabotage.ts'
import type { Fault } from './schedule.ts'

export interface RoundReport {
  readonly violations: readonly string[]
  readonly events: number
  readonly faults: number
  /** Batches that the compare-and-set refused. */
  readonly refused: number
  /** Processors started, the first three included. */
  readonly starts: number
  readonly pages: number
  readonly refusedPages: number
}

export interface RoundOptions {
  readonly seed: string
  readonly ms: number
  readonly faults: readonly Fault[]
  readonly sabotage?: Sabotage | undefined
  readonly signal?: AbortSignal | undefined
}

/** After the last fault is undone, the lag must fall at least as often, until there is none. */
const STUCK = 30_000

/** Runs a load and its processors under the faults, heals, waits until all is folded, and checks. */
export const runRound = async (servers: Servers, options: RoundOptions): Promise<RoundReport> => {
  const { seed, ms, faults, sabotage, signal } = options
  const rig = await startRig(servers, { seed, sabotage })
  const violations: string[] = []
  const violated = (what: string): void => void violations.push(what)
  try {
    const probe = await startProbe(rig, violated)
    const done = await injectAll(rig, faults, ms, violated, signal)
    await rig.load.stop()
    const lag = await caughtUp(rig, STUCK)
    // A commit may still be on its way.
    await sleep(100)
    await probe.stop()
    if (lag > 0) {
      violated(`${lag} events wait, and none was folded for ${STUCK} ms after all was healed`)
      for (const trouble of rig.group.troubles()) violated(`kept from going on: ${trouble}`)
      violated(`the state says: ${await stateOf(rig)}`)
    }
    for (const death of rig.group.deaths()) violated(`a processor died: ${death}`)
    const { acknowledged, failed } = rig.load
    if (failed() > 0 && !rig.bus.fails) violated(`${failed()} batches that the log refused`)
    // A state that still moves is no state to compare.
    await rig.group.close()
    const checked = await check(rig, {
      acknowledged: acknowledged(),
      committed: (await rig.bus.committed()) ?? rig.group.committed(),
    })
    for (const violation of await rig.bus.letters(rig.state)) violated(violation)
    // A round in which nothing happens proves nothing.
    if (checked.folded === 0) {
      const sent = `${acknowledged().length} acknowledged, ${failed()} batches failed`
      violated(`nothing was folded: ${checked.events} events in the log, ${sent}`)
    }
    if (probe.counts.served === 0) violated(`no page was served, ${probe.counts.refused} refused`)
    return {
      violations: [...new Set([...violations, ...checked.violations])],
      events: checked.events,
      faults: done,
      refused: rig.group.refused(),
      starts: rig.group.starts(),
      pages: probe.counts.served,
      refusedPages: probe.counts.refused,
    }
  } finally {
    await rig.close()
  }
}

/** What a store that does not move says of itself. */
const stateOf = async ({ direct, redis }: Rig): Promise<string> => {
  const [command, section] = redis.nodes.length > 1 ? ['CLUSTER', 'INFO'] : ['INFO', 'persistence']
  const said = await direct.send(command!, section!).catch((error: unknown) => `${error}`)
  return `${said}`.replace(/\s+/g, ' ').slice(0, 300)
}

/** Each fault at its time, until all are undone; returns how many were done. */
const injectAll = async (
  rig: Rig,
  faults: readonly Fault[],
  ms: number,
  violated: (what: string) => void,
  signal: AbortSignal | undefined,
): Promise<number> => {
  const start = Date.now()
  const occupied = new Set<string>()
  const under: Promise<void>[] = []
  let done = 0
  for (const fault of faults) {
    await sleep(Math.max(0, start + fault.at - Date.now()))
    if (signal?.aborted) break
    const own = occupiedBy(fault, rig)
    if (own !== undefined && occupied.has(own)) continue
    if (own !== undefined) occupied.add(own)
    done++
    const injected = INJECTIONS[fault.kind](rig, fault, violated)
      .catch((error: unknown) => violated(`${fault.kind} could not be done or undone: ${error}`))
      .finally(() => {
        if (own !== undefined) occupied.delete(own)
      })
    under.push(injected)
  }
  await sleep(Math.max(0, signal?.aborted ? 0 : start + ms - Date.now()))
  await Promise.all(under)
  for (let member = 0; member < rig.processors; member++) rig.group.join(member)
  return done
}
