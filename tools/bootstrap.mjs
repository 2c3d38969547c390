// Plain JavaScript for any Node from 18 on: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The Node that the lockfile pins: all of the project's own code runs on it. */
export const pinnedNode = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

const fail = message => {
  console.error(`explore: ${message}`)
  process.exit(1)
}

/** Installs what the lockfile names and node_modules lacks; ends the process with one line if it can't. */
export const ensureInstalled = () => {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    fail(
      `Node 18 or newer is missing (this is ${process.version}): install it from your distribution or nodejs.org`,
    )
  }
  if (isInstalled()) return
  console.error('explore: installing dependencies (once; a minute or two) …')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.error) fail('npm is missing: it comes with Node, or from your distribution')
  if (npm.status !== 0)
    fail('npm ci failed: see the lines above; it needs the npm registry and some 1 GB of disk')
  if (!existsSync(pinnedNode))
    fail('npm did not run the install scripts: try npm ci --foreground-scripts')
}

const isInstalled = () => {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  if (wanted === undefined) fail('package-lock.json is missing: this is no full checkout')
  if (present === undefined || !existsSync(pinnedNode)) return false
  return Object.entries(wanted).every(
    ([path, { version, link, optional }]) =>
      path === '' ||
      optional ||
      link ||
      version === undefined ||
      !path.includes('node_modules/') ||
      present[path]?.version === version,
  )
}

const packagesOf = file => {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Runs a script on the pinned Node and takes over its exit code. The script gets a channel to this process:
 * when this process dies, however it dies, the channel closes and the script can shut down.
 */
export const runPinned = args => {
  const child = spawn(pinnedNode, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // The terminal sends Ctrl-C to both; the script decides when it is done.
  process.on('SIGINT', () => {})
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}
