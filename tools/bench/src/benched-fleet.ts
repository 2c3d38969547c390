import type { Home } from '@explore/embedded'
import { type Fleet, localFleet, ownCommand } from '@explore/fleet'
import { closedLoop } from './open-loop.ts'

/** Some two thousand pages: each service compiles its own code, and until then a page costs half as much again. */
const WARM_UP = 45

/** A fleet of a home on any ports, started as this process was. */
export const benchedFleet = (
  home: Home,
  through?: (name: string, url: string) => Promise<string>,
): Promise<Fleet> =>
  localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    command: ownCommand(),
    ...(through && { through }),
  })

/** Asks a fleet's gateway for a page of the user whose turn it is; rejects where there is none. */
export const pagesOf =
  ({ members }: Fleet, users: readonly string[]) =>
  async (turn: number): Promise<void> => {
    const url = `${members.at(-1)!.url}/v1/explore/${encodeURIComponent(users[turn % users.length]!)}`
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
    await answer.arrayBuffer()
  }

/** Has a fleet make pages until its code is compiled. */
export const warmUp = async (
  send: (turn: number) => Promise<void>,
  now: () => number,
): Promise<void> => void (await closedLoop(send, now, { concurrency: 2, seconds: WARM_UP }))
