import { setTimeout } from 'node:timers/promises'
import { localFleet, type Member, ownCommand } from '@explore/fleet'
import { untilStopped } from '@explore/gateway'
import { table } from '../terminal/table.ts'

export interface FleetCommandOptions {
  readonly home: string
  readonly host: string
  readonly port?: number
  readonly firstPort: number
  readonly shards: number
}

/** How often health is looked at. */
const EVERY = 1000

/** The whole fleet on this machine: drawn anew in a terminal, a line for each change elsewhere. */
export const fleet = async ({ port = 8080, ...options }: FleetCommandOptions): Promise<void> => {
  const stopped = untilStopped()
  const running = await localFleet({
    ...options,
    port,
    command: ownCommand(),
    wall: Date.now,
  })
  const { members } = running
  console.log(
    `Explore serves on ${members.find(({ name }) => name === 'gateway')!.url}, Ctrl-C ends it`,
  )
  const over = new AbortController()
  const drawing = draw(members, over.signal)
  try {
    await Promise.race([stopped, running.failed])
  } finally {
    over.abort()
    await drawing
    console.error('explore: draining …')
    await running.close()
  }
}

const draw = async (members: readonly Member[], signal: AbortSignal): Promise<void> => {
  const live = process.stdout.isTTY
  let last = ''
  while (!signal.aborted) {
    const states = await Promise.all(members.map(member => member.health()))
    const rows = members.map(({ name, url, pid }, i) => [name, url, `${pid}`, states[i]!])
    const text = table(['service', 'address', '>process', 'health'], rows)
    if (text !== last) {
      if (live && last !== '') process.stdout.write(`\x1b[${last.split('\n').length}A\x1b[J`)
      console.log(text)
      last = text
    }
    await setTimeout(EVERY, undefined, { signal }).catch(() => {})
  }
}
