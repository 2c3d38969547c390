import { setTimeout as sleep } from 'node:timers/promises'
import { containerEngine, OWNER } from './container-engine.ts'
import { freePort } from './free-port.ts'

export interface ContainerOptions {
  readonly image: string
  /** The port that the server listens on, published on one of this machine. */
  readonly port: number
  /** Of this machine. Default: any. */
  readonly at?: number | undefined
  readonly command?: readonly string[]
  /** Knows where it is published. */
  readonly environment?: (published: number) => Record<string, string>
  /** What it says when it serves. */
  readonly ready: RegExp
}

/** A server in a container: what tests do with a process they do with it, more slowly. */
export interface Contained {
  readonly address: string
  /** Again, with its data, at the same address. */
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  readonly stop: (name?: NodeJS.Signals) => Promise<void>
  readonly running: () => boolean
  /** Ends it, data and all. */
  readonly remove: () => Promise<void>
}

const START_MS = 120_000
/** What a failure is told with. */
const LAST = { follow: false, stdout: true, stderr: true, tail: 40 } as const

/** Starts a container of an image that is there; it is removed by whoever comes after a process that could not. */
export const contained = async (options: ContainerOptions): Promise<Contained> => {
  const engine = await containerEngine()
  if (typeof engine === 'string') throw new Error(engine)
  const { GenericContainer, Wait, getContainerRuntimeClient } = engine
  const published = options.at ?? (await freePort())
  const wanted = new GenericContainer(options.image)
    .withExposedPorts({ container: options.port, host: published })
    .withLabels({ [OWNER]: `${process.pid}` })
    .withEnvironment(options.environment?.(published) ?? {})
    .withWaitStrategy(Wait.forAll([]))
  if (options.command) wanted.withCommand([...options.command])
  const started = await wanted.start()
  const { container } = await getContainerRuntimeClient()
  const handle = container.getById(started.getId())
  const ready = new RegExp(options.ready, 'g')
  // The whole log again and again: a log that podman is asked to follow may end before a busy server has said it.
  const readies = async (): Promise<number> => {
    const log = await handle.logs({ follow: false, stdout: true, stderr: true })
    return `${log}`.match(ready)?.length ?? 0
  }
  const readyAgain = async (before: number): Promise<void> => {
    const end = Date.now() + START_MS
    while ((await readies()) <= before) {
      if (Date.now() > end)
        throw new Error(`${options.image} is not ready: ${await handle.logs(LAST)}`)
      await sleep(100)
    }
  }
  await readyAgain(0)
  let up = true
  return {
    address: `127.0.0.1:${published}`,
    start: async () => {
      const before = await readies()
      await handle.start()
      await readyAgain(before)
      up = true
    },
    signal: name => void handle.kill({ signal: name }).catch(() => {}),
    stop: async (name = 'SIGKILL') => {
      if (!up) return
      const gone = handle.wait()
      await handle.kill({ signal: name })
      await gone
      up = false
    },
    running: () => up,
    remove: async () => handle.remove({ force: true, v: true }),
  }
}
