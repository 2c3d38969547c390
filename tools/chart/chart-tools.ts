import { execFile, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, hasCommand, once } from '@explore/servers'

const run = promisify(execFile)

/** A command that is built from Go's module proxy, once, into the user's cache. */
interface GoTool {
  readonly version: string
  readonly module: string
  readonly path: string
}

const TOOLS = {
  helm: { version: '4.3.1', module: 'helm.sh/helm/v4', path: 'cmd/helm' },
  kubeconform: {
    ...{ version: '0.8.0', module: 'github.com/yannh/kubeconform', path: 'cmd/kubeconform' },
  },
} as const satisfies Record<string, GoTool>

export type ChartTool = keyof typeof TOOLS

const placeOf = (tool: ChartTool): string =>
  join(cacheFolder(`${tool}-${TOOLS[tool].version}`), tool)

/** Why a tool can't be had here; undefined where it can. */
export const whyNoTool = (tool: ChartTool): string | undefined =>
  existsSync(placeOf(tool)) || hasCommand('go') ? undefined : `no go to build ${tool} with`

/** The tool's path; built where it is not in the cache. Takes minutes then. */
export const chartTool = async (tool: ChartTool): Promise<string> => {
  const place = placeOf(tool)
  await once(
    join(place, '..'),
    () => existsSync(place),
    () => build(TOOLS[tool], place),
  )
  return place
}

const build = async ({ version, module, path }: GoTool, place: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-go-'))
  try {
    const lines = ['module explore.tools', 'go 1.25', `require ${module} v${version}`]
    writeFileSync(join(folder, 'go.mod'), `${lines.join('\n')}\n`)
    await run(
      'go',
      [
        ...['build', '-mod=mod', '-trimpath', '-ldflags', '-s -w'],
        ...['-o', `${place}.new`, `${module}/${path}`],
      ],
      { cwd: folder, env: { ...process.env, GOTOOLCHAIN: 'local' } },
    )
    renameSync(`${place}.new`, place)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const SCHEMAS = '1.37.0'
const schemaFolder = (): string => cacheFolder(`kubernetes-schemas-${SCHEMAS}`)

/** Why Kubernetes' own schemas can't be had here; undefined where they can. */
export const whyNoSchemas = (): string | undefined =>
  existsSync(join(schemaFolder(), 'schemas')) ||
  spawnSync('python3', ['-m', 'pip', '--version']).status === 0
    ? undefined
    : "no pip to fetch Kubernetes' schemas with"

/** A folder of Kubernetes' JSON schemas as kubeconform reads them, of the versions that are asked for. */
export const kubernetesSchemas = async (versions: readonly string[]): Promise<string> => {
  const cache = schemaFolder()
  const done = join(cache, 'schemas')
  await once(
    cache,
    () => existsSync(done),
    async () => {
      const scratch = join(cache, 'new')
      rmSync(scratch, { recursive: true, force: true })
      const target = join(scratch, 'wheel')
      await run('python3', [
        ...['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps'],
        ...['--target', target, `kubernetes-validate==${SCHEMAS}`],
      ])
      for (const version of versions) adapt(target, join(scratch, 'schemas'), version)
      renameSync(join(scratch, 'schemas'), done)
      rmSync(scratch, { recursive: true, force: true })
    },
  )
  return done
}

/** Their references are to an address; kubeconform wants files. */
const adapt = (wheel: string, to: string, version: string): void => {
  const name = `v${version}-local-strict`
  const from = join(wheel, 'kubernetes_validate/kubernetes-json-schema', name)
  const into = join(to, `v${version}-strict`)
  mkdirSync(to, { recursive: true })
  cpSync(from, into, { recursive: true })
  for (const file of readdirSync(into)) {
    const path = join(into, file)
    const { $id, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    const text = JSON.stringify(file === 'all.json' ? { $id, ...schema } : schema)
    writeFileSync(path, text.replaceAll('"/api/_definitions.json#', '"_definitions.json#'))
  }
}
