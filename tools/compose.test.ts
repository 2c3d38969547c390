import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { chartTool, whyNoTool } from './chart/chart-tools.ts'

const run = promisify(execFile)
const DEPLOY = join(import.meta.dirname, '../deploy')
const FILE = join(DEPLOY, 'compose.yaml')
const STAGES: Readonly<Record<string, number>> = {
  ...{ 'retrieval-sources': 7101, 'first-stage': 7102, 'second-stage-mtml': 7103 },
  ...{ 'value-model-rerank': 7104, 'ann-index': 7110 },
}

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, object>>
  readonly profiles?: readonly string[]
  readonly volumes?: readonly { readonly type: string; readonly source: string }[]
}
interface Project {
  readonly services: Readonly<Record<string, Service>>
}

let why = whyNoTool('compose-config')
let tool: string
let services: Project['services']
const project = async (file: string): Promise<Project> =>
  JSON.parse((await run(tool, [file])).stdout) as Project

beforeAll(async () => {
  if (why !== undefined) return
  try {
    tool = await chartTool('compose-config')
  } catch (error) {
    why = `compose-go can't be built here: ${(error as Error).message.slice(0, 300)}`
    return
  }
  services = (await project(FILE)).services
}, 600_000)
beforeEach(({ skip }) => skip(why !== undefined, why))

it('is a Compose file by the library of docker compose, which names what is wrong with another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-compose-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const text = readFileSync(FILE, 'utf8')
  for (const [from, to, named] of [
    ['restart: unless-stopped', 'restarts: unless-stopped', 'restarts'],
    ['topics: { condition', 'topix: { condition', 'topix'],
    ["volumes: ['kafka:", "volumes: ['kafkas:", 'kafkas'],
  ] as const) {
    const file = join(folder, 'compose.yaml')
    const wrong = text.replace(from, to)
    expect(wrong).not.toBe(text)
    writeFileSync(file, wrong)
    await expect(project(file)).rejects.toMatchObject({ stderr: expect.stringContaining(named) })
  }
})

it('runs every service of the fleet, each where the others ask for it', () => {
  const names = [...Object.keys(STAGES), 'gateway', 'stream-processor']
  for (const name of names) expect(services[name]?.command, name).toEqual(['serve', name])
  const asked = {
    ...services['gateway']!.environment,
    ...services['retrieval-sources']!.environment,
  }
  for (const [stage, port] of Object.entries(STAGES)) {
    const variable = `EXPLORE_${stage.toUpperCase().replaceAll('-', '_')}`
    expect(asked[variable], variable).toBe(`grpc://${stage}:${port}`)
  }
})

it('has jobs that share bundles and stores with them, and start when they are told to', () => {
  for (const name of ['demo', 'train']) {
    const { profiles, environment, volumes, image } = services[name]!
    expect(profiles).toEqual(['jobs'])
    expect(environment).toEqual(services['first-stage']!.environment)
    expect(volumes).toEqual(services['first-stage']!.volumes)
    expect(image).toBe(services['gateway']!.image)
  }
})

it('mounts files that are there', () => {
  const bound = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.filter(({ type }) => type === 'bind').map(({ source }) => source),
  )
  expect(bound.length).toBeGreaterThan(4)
  expect(bound.filter(source => !existsSync(source))).toEqual([])
})

it('its Prometheus looks at every service, and its Grafana has that Prometheus and the dashboards', () => {
  const read = (name: string) => parse(readFileSync(join(DEPLOY, 'observe', name), 'utf8'))
  const jobs = read('prometheus.yaml').scrape_configs as {
    static_configs: { targets: string[] }[]
  }[]
  const targets = jobs.flatMap(job => job.static_configs.flatMap(({ targets }) => targets))
  expect(targets.map(target => target.split(':')[0]).sort()).toEqual(
    [...Object.keys(STAGES), 'gateway', 'stream-processor'].sort(),
  )
  const [source] = read('grafana/datasources.yaml').datasources as { type: string; url: string }[]
  expect(source).toMatchObject({ type: 'prometheus', url: 'http://prometheus:9090' })
  expect(services).toHaveProperty('prometheus')
  const [provider] = read('grafana/dashboards.yaml').providers as { options: { path: string } }[]
  const mounts = services['grafana']!.volumes as readonly { readonly target?: string }[]
  expect(mounts.map(({ target }) => target)).toContain(provider!.options.path)
})
