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
  /** The program, where the module is a library. */
  readonly source?: string
  /** What of its module is kept beside the command. */
  readonly files?: string
}

const KUBERNETES = { version: '1.34.4', module: 'k8s.io/kubernetes' } as const

/** What `docker compose config` does, by the library that does it: loads, checks, resolves, tells it as JSON. */
const COMPOSE_CONFIG = `package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithProfiles([]string{"*"}))
	if err == nil {
		project, failure := options.LoadProject(context.Background())
		if err = failure; err == nil {
			text, failure := project.MarshalJSON()
			fmt.Println(string(text))
			err = failure
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`

const TOOLS = {
  helm: { version: '4.3.1', module: 'helm.sh/helm/v4', path: 'cmd/helm' },
  kubeconform: {
    ...{ version: '0.8.0', module: 'github.com/yannh/kubeconform', path: 'cmd/kubeconform' },
  },
  'compose-config': {
    ...{ version: '2.16.2', module: 'github.com/compose-spec/compose-go/v2', path: '' },
    source: COMPOSE_CONFIG,
  },
  'docker-compose': { version: '2.40.3', module: 'github.com/docker/compose/v2', path: 'cmd' },
  kubectl: { ...KUBERNETES, path: 'cmd/kubectl' },
  'kube-apiserver': { ...KUBERNETES, path: 'cmd/kube-apiserver' },
  'kube-controller-manager': { ...KUBERNETES, path: 'cmd/kube-controller-manager' },
  'kube-scheduler': { ...KUBERNETES, path: 'cmd/kube-scheduler' },
  kwok: {
    ...{ version: '0.8.0', module: 'sigs.k8s.io/kwok', path: 'cmd/kwok' },
    files: 'kustomize/stage',
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

const build = async (tool: GoTool, place: string): Promise<void> => {
  const { version, module, path, source, files } = tool
  const folder = mkdtempSync(join(tmpdir(), 'explore-go-'))
  const go = (...args: readonly string[]) =>
    run('go', args, { cwd: folder, env: { ...process.env, GOTOOLCHAIN: 'local' } })
  try {
    const lines = ['module explore.tools', 'go 1.25', `require ${module} v${version}`]
    writeFileSync(join(folder, 'go.mod'), `${lines.join('\n')}\n`)
    const flags = ['-s -w']
    if (module === KUBERNETES.module) {
      const { stdout } = await go('mod', 'download', '-json', `${module}@v${version}`)
      const { GoMod } = JSON.parse(stdout) as { GoMod: string }
      const replaced = staged(readFileSync(GoMod, 'utf8'), version)
      writeFileSync(join(folder, 'go.mod'), `${[...lines, ...replaced].join('\n')}\n`)
      const [major, minor] = version.split('.')
      const told = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor }
      for (const [name, value] of Object.entries(told)) {
        flags.push(`-X k8s.io/component-base/version.${name}=${value}`)
      }
    }
    const how = ['-mod=mod', '-trimpath', '-ldflags', flags.join(' ')]
    if (source !== undefined) writeFileSync(join(folder, 'main.go'), source)
    await go('build', ...how, '-o', `${place}.new`, source ? '.' : `${module}/${path}`)
    if (files !== undefined) {
      const { stdout } = await go('list', '-m', '-f', '{{.Dir}}', module)
      const kept = join(place, '..', 'files')
      rmSync(kept, { recursive: true, force: true })
      cpSync(join(stdout.trim(), files), kept, { recursive: true })
    }
    renameSync(`${place}.new`, place)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Modules that Kubernetes is developed together with, as they were released with it: it names no version itself. */
const staged = (goMod: string, version: string): readonly string[] =>
  [...goMod.matchAll(/^\s+(k8s\.io\/\S+) v0\.0\.0(?!\S)/gm)].map(
    ([, name]) => `replace ${name} => ${name} v${version.replace(/^1\./, '0.')}`,
  )

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
