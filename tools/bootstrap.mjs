// Plain JavaScript for any Node from 18 on: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HEAP } from '../deploy/heap.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const windows = process.platform === 'win32'

/** The Node that the lockfile pins: all of the project's own code runs on it. */
export const pinnedNode = join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node')

/** Code is compiled once: a start takes a second less. A folder that can't be written is passed over by Node. */
export const environment = {
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'),
  ...process.env,
}

/** Installs what the lockfile names and node_modules lacks; ends the process with one line if it can't. */
export const ensureInstalled = () => {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    fail(`Node 18 or newer is missing (this is ${process.version}): see nodejs.org`)
  }
  if (isInstalled()) return
  console.error('explore: installing dependencies (once; a minute or two) …')
  // Without this question an npm that is offline would try each of its packages for minutes.
  const ping = npm('ping', '--fetch-retries=0', '--fetch-timeout=10000')
  // Whatever npm is set to leave out elsewhere: here nothing runs without it.
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund']
  if (OUT_OF_REACH.test(ping.stderr)) options.push('--offline')
  const { status, stderr } = npm(...onPinnedNode('ci', ...options))
  if (status !== 0) fail(reasonOf(stderr))
  if (!existsSync(pinnedNode))
    fail('npm ran no install scripts: npm ci --ignore-scripts=false --foreground-scripts')
}

const fail = message => {
  console.error(`explore: ${message}`)
  process.exit(1)
}

const npm = (...args) => {
  const run = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: Infinity,
    encoding: 'utf8',
    shell: windows,
  })
  if (run.error && run.error.code === 'ENOENT')
    fail('npm is missing: it comes with Node, or from your distribution')
  if (run.error) fail(`npm can't be run: ${run.error.message}`)
  return run
}

/**
 * npm leaves out optional packages that refuse the Node it runs on, among them the native parts of tools:
 * an older Node than the project's own lets npm fetch that one first, and run itself on it.
 */
const onPinnedNode = (...args) => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (windows || major > 22 || (major === 22 && minor >= 18)) return args
  const { platform, arch } = process
  const name = `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${arch}`
  const { version } = packagesOf('package-lock.json')['node_modules/node']
  const offline = args.filter(arg => arg === '--offline')
  const command = `node "$npm_execpath" ${args.join(' ')}`
  return ['exec', '--yes', ...offline, `--package=${name}@${version}`, '-c', command]
}

const OUT_OF_REACH =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/

/** What keeps `npm ci` from working, as its error codes tell; the rest npm has to say itself. */
const REASONS = [
  [
    OUT_OF_REACH,
    'the npm registry is out of reach: get online, or name a mirror (npm config set registry URL)',
  ],
  [/\b(ENOSPC|EDQUOT)\b/, 'the disk is full: the dependencies take some 1.5 GB'],
  [/\b(EACCES|EPERM|EROFS)\b/, `node_modules can't be written: make ${root} writable`],
  [/\bcode EUSAGE\b/, 'package-lock.json does not fit the package.json files: npm install'],
]

const reasonOf = stderr => {
  const known = REASONS.find(([pattern]) => pattern.test(stderr))
  if (known) return known[1]
  process.stderr.write(stderr)
  return 'npm ci failed: see the lines above'
}

const isInstalled = () => {
  const wanted = packagesOf('package-lock.json')
  if (wanted === undefined) fail('package-lock.json is missing: this is no full checkout')
  // npm writes this one last: an install that was cut short has none.
  const present = packagesOf('node_modules/.package-lock.json')
  if (present === undefined || !existsSync(pinnedNode)) return false
  return Object.entries(wanted).every(([path, { version, resolved, optional, devOptional }]) => {
    if (!path.includes('node_modules/') || optional || devOptional) return true
    const found = present[path]
    return (
      found !== undefined && found.version === version && (version || found.resolved === resolved)
    )
  })
}

const packagesOf = file => {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** One line for a pinned Node that is there and can't be started. */
export const failToRun = ({ code }) =>
  fail(
    `the pinned Node does not start (${code}): it needs glibc; else remove node_modules, try again`,
  )

/**
 * Runs a script on the pinned Node and takes over its exit code. The script gets a channel to this process:
 * when this process dies, however it dies, the channel closes and the script can shut down.
 */
export const runPinned = args => {
  const child = spawn(pinnedNode, [...HEAP, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // The terminal sends Ctrl-C to both, `kill -INT` to this one alone; the script decides when it is done.
  process.on('SIGINT', () => child.connected && child.disconnect())
  child.on('error', failToRun)
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}
