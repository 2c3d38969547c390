import { execFile } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-folder.ts'
import { freePort } from './free-port.ts'
import { hasCommand } from './has-command.ts'
import { once } from './once.ts'
import { serverProcess } from './server-process.ts'

const run = promisify(execFile)
const MOTO = 'moto[s3,server]==5.2.5'
const READY = 'ready'

/** An object store that speaks S3's protocol, empty at first; gone with its data when it stops. */
export interface S3Server {
  readonly endpoint: string
  /** Makes a bucket. */
  readonly bucket: (name: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Why there is no S3 for tests here; undefined where there is. */
export const whyNoS3 = (): string | undefined =>
  hasCommand('python3') ? undefined : 'no python3 to run an S3 server with'

/**
 * Moto's server, which comes from PyPI once: the client's protocol is real, signatures are not looked at. `host`: where it
 * listens, by default for this machine alone.
 */
export const startS3 = async ({ host = '127.0.0.1' } = {}): Promise<S3Server> => {
  const venv = join(cacheFolder('moto-5.2.5'), 'venv')
  const python = join(venv, 'bin/python')
  const ready = join(venv, READY)
  await once(
    cacheFolder('moto-5.2.5'),
    () => existsSync(ready),
    async () => {
      rmSync(venv, { recursive: true, force: true })
      await run('python3', ['-m', 'venv', venv])
      await run(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', MOTO])
      await run(python, ['-c', `open(${JSON.stringify(ready)}, 'w')`])
    },
  )
  const port = await freePort()
  const server = serverProcess(python, ['-m', 'moto.server', '-H', host, '-p', `${port}`])
  await server.says(/Running on/)
  const endpoint = `http://127.0.0.1:${port}`
  return {
    endpoint,
    bucket: async name => {
      const answer = await fetch(`${endpoint}/${name}`, { method: 'PUT' })
      if (!answer.ok) throw new Error(`bucket ${name}: ${answer.status}`)
    },
    stop: () => server.end(),
  }
}
