import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Home } from '@explore/embedded'
import { podmanEnvironment } from '@explore/servers'
import type { Soaked } from './soaked-server.ts'

const run = promisify(execFile)
/** How long it may take to serve, in milliseconds. */
const MOST = 300_000
const MEMORY = '2g'

const podman = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await run('podman', args, { env: podmanEnvironment() })
  return stdout.trim()
}

/**
 * A gateway as a container of the image: nothing may be written but its home, no right, so much memory. On the network and
 * with the process ids of this machine, as LMDB tells its readers by them and the bench its memory.
 */
export const soakedContainer = async (home: Home, port: number, image: string): Promise<Soaked> => {
  const { uid, gid } = statSync(home.path)
  const id = await podman(
    ...['run', '--detach', '--network', 'host', '--pid', 'host', '--no-healthcheck'],
    ...['--read-only', '--tmpfs', '/tmp', '--user', `${uid}:${gid}`, '--cap-drop', 'all'],
    ...['--security-opt', 'no-new-privileges', '--memory', MEMORY, '--stop-timeout', '40'],
    ...['--env', 'EXPLORE_HOST=127.0.0.1', '--env', `EXPLORE_PORT=${port}`],
    ...['--volume', `${home.path}:/data`, image, 'serve', 'gateway'],
  )
  const running = async (): Promise<number> =>
    Number(
      await podman(
        'inspect',
        '--format',
        '{{if .State.Running}}{{.State.Pid}}{{else}}0{{end}}',
        id,
      ),
    )
  const end = async (): Promise<void> => {
    await podman('stop', id)
    await podman('rm', id)
  }
  const until = performance.now() + MOST
  for (;;) {
    const pid = await running()
    if (pid === 0 || performance.now() > until) {
      const { stdout, stderr } = await run('podman', ['logs', '--tail', '20', id])
      await podman('rm', '--force', id)
      throw new Error(`the container did not serve:\n${stdout}${stderr}`)
    }
    const ready = await fetch(`http://127.0.0.1:${port}/v1/health/ready`).catch(() => undefined)
    if (ready?.ok) return { pid, end }
    await setTimeout(200)
  }
}
