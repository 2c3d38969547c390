import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as Library from 'testcontainers'
import { podmanEnvironment } from './containers-conf.ts'
import { hasCommand } from './has-command.ts'
import { serverProcess } from './server-process.ts'

export type Testcontainers = typeof Library

/** By another name, as it is not there in production, where nothing is to be started by it. */
const PACKAGE: string = 'testcontainers'
/** An engine that has not answered by then does not. */
const MOST_MS = 15_000
/** The label that tells which process a container is of: where that is gone, the container is nobody's. */
export const OWNER = 'explore.owner'

let opened: Promise<Testcontainers | string> | undefined

/** Testcontainers on the engine that the environment names, Docker's, or podman's; or why there is none. */
export const containerEngine = (): Promise<Testcontainers | string> =>
  (opened ??= Promise.race([
    open().catch((error: unknown) => `no container engine: ${String(error)}`),
    sleep(MOST_MS, 'no container engine answers', { ref: false }),
  ]))

const open = async (): Promise<Testcontainers | string> => {
  const library = await import(PACKAGE).then(
    (found: Testcontainers) => found,
    () => undefined,
  )
  if (library === undefined) return `${PACKAGE} is not installed`
  // Its reaper is an image of its own, which not everyone can pull; what is left over goes below.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  if (process.env.DOCKER_HOST === undefined && !existsSync('/var/run/docker.sock')) {
    if (!hasCommand('podman')) return 'no container engine'
    process.env.DOCKER_HOST = await podman()
  }
  const { container } = await library.getContainerRuntimeClient()
  // Best effort: while others come and go, neither the list nor a removal is sure to be answered.
  await removeLeft(container).catch(() => {})
  return library
}

type Containers = Awaited<ReturnType<Testcontainers['getContainerRuntimeClient']>>['container']

const removeLeft = async (containers: Containers): Promise<void> => {
  for (const { Id: id, Labels: labels } of await containers.list()) {
    const owner = labels[OWNER]
    if (owner === undefined || lives(Number(owner))) continue
    await containers.getById(id).remove({ force: true })
  }
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Podman has no daemon: this one speaks Docker's API for as long as this process lives. */
const podman = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-podman-'))
  const socket = join(folder, 'socket')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const service = serverProcess('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env: podmanEnvironment(),
    background: true,
  })
  while (!existsSync(socket)) {
    if (!service.running()) throw new Error('podman system service ended')
    await sleep(50)
  }
  return `unix://${socket}`
}
