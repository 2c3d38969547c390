import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'

/** The processes of a fleet that a page costs. */
export const PAGE_SERVICES = [
  'gateway',
  'retrieval-sources',
  'first-stage',
  'second-stage-mtml',
  'value-model-rerank',
  'ann-index',
] as const

export type PageService = (typeof PAGE_SERVICES)[number]

/** What `explore bench plan` has measured on a fleet. */
export interface Costs {
  /** Items of the catalogue, and pages a second up to which it was looked at. */
  readonly items: number
  readonly rps: number
  /** Cores that a load took ÷ what the costs predict for it. */
  readonly checked: number
  readonly services: Readonly<
    Record<
      PageService,
      { readonly cpuMs: number; readonly residentMb: number; readonly bytesPerItem: number }
    >
  >
}

/** How the bench names its figures; the file of costs is its output with --json. */
export const COST_FIGURES = {
  items: 'items of the catalogue',
  rps: 'pages a second of the check',
  checked: 'cores measured ÷ predicted',
  cpuMs: (service: string) => `${service}: CPU of a page`,
  residentMb: (service: string) => `${service}: resident memory`,
  bytesPerItem: (service: string) => `${service}: bytes per item`,
} as const

/** The costs that this version was measured with. */
const OWN = new URL('./costs.json', import.meta.url)

/** Reads a file that `explore bench plan --json` printed. Throws USAGE for any other. */
export const readCosts = (file: string | URL = OWN): Costs => {
  const refuse = (why: string, cause?: unknown): never => {
    const message = `${file} is no output of explore bench plan --json: ${why}`
    throw new ExploreError('USAGE', message, { cause })
  }
  let figures: ReadonlyMap<string, number>
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as { name: string; value: number }[]
    figures = new Map(read.map(({ name, value }) => [name, value]))
  } catch (cause) {
    return refuse('it is no list of figures', cause)
  }
  const figure = (name: string): number => {
    const value = figures.get(name)
    return value !== undefined && value > 0 ? value : refuse(`it lacks ${name}`)
  }
  const services = PAGE_SERVICES.map(service => [
    service,
    {
      cpuMs: figure(COST_FIGURES.cpuMs(service)),
      residentMb: figure(COST_FIGURES.residentMb(service)),
      bytesPerItem: figure(COST_FIGURES.bytesPerItem(service)),
    },
  ])
  return {
    items: figure(COST_FIGURES.items),
    rps: figure(COST_FIGURES.rps),
    checked: figure(COST_FIGURES.checked),
    services: Object.fromEntries(services) as Costs['services'],
  }
}
