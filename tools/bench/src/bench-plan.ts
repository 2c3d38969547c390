import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { currentBundle, type TableName } from '@explore/adapters'
import type { Home, Progress } from '@explore/embedded'
import { ExploreError, randomOf } from '@explore/explore'
import { type Fleet, stages } from '@explore/fleet'
import { COST_FIGURES, PAGE_SERVICES, type PageService } from '@explore/fleet/plan'
import { activeUsers } from './active-users.ts'
import { benchedFleet, pagesOf, warmUp } from './benched-fleet.ts'
import type { Figure } from './figures.ts'
import { metronome } from './metronome.ts'
import { closedLoop, openLoop } from './open-loop.ts'
import { cpuOf, residentOf } from './process-figures.ts'

/** Of what one caller after the other gets: a load that this machine bears beside the one who asks. */
const LOAD = 0.5
/** Columns and the id of an item in a catalogue's replica. */
const CATALOGUE = 63
/** The files of a bundle's tables, row by item. The index adds a graph of some 160 bytes a node. */
const FILES: Readonly<Record<TableName, readonly string[]>> = {
  vectors: ['vectors.f32'],
  firstItems: ['first-items.f32'],
  neighbours: ['neighbours.u32', 'neighbours.f32'],
  index: [],
}
const GRAPH = 160

/** What a page costs each service of a fleet, and whether those costs predict the cores that a load takes: `explore plan` reads it. */
export const benchPlan = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  const bundle = await currentBundle(home.bundles)
  if (bundle === undefined) throw new ExploreError('BUNDLE_MISSING', 'this home has no models')
  const folder = join(home.bundles, bundle)
  const { items } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    items: number
  }
  const fleet = await benchedFleet(home)
  const { now, until, close } = metronome()
  const send = pagesOf(fleet, users)
  try {
    progress('bench', 0, 'warming up')
    await warmUp(send, now)
    progress('bench', 0.3, 'one caller')
    const before = cpus(fleet)
    const alone = await closedLoop(send, now, { concurrency: 1, seconds })
    const costs = cpus(fleet).map((ms, i) => (ms - before[i]!) / alone.requests)
    progress('bench', 0.6, 'a load')
    const perSecond = alone.perSecond * LOAD
    const start = cpus(fleet)
    const from = now()
    const random = randomOf('plan')
    const load = await openLoop(send, { now, until }, { perSecond, seconds, random })
    const elapsed = now() - from
    const measured = sum(cpus(fleet).map((ms, i) => ms - start[i]!)) / elapsed
    const rps = (load.requests * 1000) / elapsed
    const predicted = (rps * sum(costs)) / 1000
    const at = (service: string): number => fleet.members.findIndex(({ name }) => name === service)
    const filesOf = (service: PageService): readonly string[] =>
      service === 'gateway' ? [] : stages[service].tables.flatMap(table => FILES[table])
    const perItem = (service: PageService): number =>
      CATALOGUE +
      sum(filesOf(service).map(file => statSync(join(folder, file)).size / items)) +
      (service === 'ann-index' ? GRAPH : 0)
    return [
      { name: COST_FIGURES.items, value: items, unit: 'items' },
      ...PAGE_SERVICES.flatMap((service): Figure[] => [
        { name: COST_FIGURES.cpuMs(service), value: costs[at(service)]!, unit: 'ms CPU' },
        {
          name: COST_FIGURES.residentMb(service),
          value: residentOf(fleet.members[at(service)]!.pid) / 2 ** 20,
          unit: 'MB',
        },
        { name: COST_FIGURES.bytesPerItem(service), value: perItem(service), unit: 'B' },
      ]),
      { name: COST_FIGURES.rps, value: rps, unit: 'pages/s', note: `${load.errors} errors` },
      {
        name: COST_FIGURES.checked,
        value: measured / predicted,
        unit: 'ratio',
        bound: { most: 1.25 },
        note: `${measured.toFixed(2)} measured, ${predicted.toFixed(2)} predicted, all processes`,
      },
    ]
  } finally {
    await close()
    await fleet.close()
  }
}

const cpus = (fleet: Fleet): readonly number[] => fleet.members.map(({ pid }) => cpuOf(pid))
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
