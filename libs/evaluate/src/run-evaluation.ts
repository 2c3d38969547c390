import { ExploreError } from '@explore/explore'
import type { Dataset } from './dataset.ts'
import type { EvaluationEntry, EvaluationInput } from './evaluation.ts'
import { EVALUATIONS, type EvaluationName } from './evaluations.ts'
import { loadData, mappingFor } from './load-data.ts'
import type { Report } from './report.ts'

/** What the command line says of a run. */
export interface EvaluationCall {
  readonly name: EvaluationName
  /** A folder of data; the home's own log where there is none. */
  readonly data?: string
  readonly mapping?: string
  /** Default: kuairand for data that looks like it, else the evaluation's first. */
  readonly protocol?: string
  readonly seeds: number
  readonly flags: EvaluationInput['flags']
}

/** Runs an evaluation by name. Throws USAGE for a protocol that it does not have, and what it throws. */
export const runEvaluation = async (
  { name, data, mapping, protocol, seeds, flags }: EvaluationCall,
  context: Pick<EvaluationInput, 'now' | 'onProgress' | 'signal'> & {
    /** The log and profiles of the home. */
    readonly home: () => Promise<Dataset>
  },
): Promise<Report> => {
  const { onProgress, signal, now, home } = context
  const { protocols, load }: EvaluationEntry = EVALUATIONS[name]
  const loadOnce = once(async () => {
    if (data === undefined) return home()
    const loaded = await loadData({
      path: data,
      now: now(),
      signal,
      onProgress: fraction => onProgress('read', fraction, data),
      ...(mapping !== undefined && { mapping }),
    })
    onProgress('read', 1, `${loaded.events.length} events`)
    return loaded
  })
  const isKuairand = data !== undefined && (mapping ?? (await mappingFor(data))) === 'kuairand'
  const chosen = protocol ?? (isKuairand && 'kuairand' in protocols ? 'kuairand' : first(protocols))
  if (!Object.hasOwn(protocols, chosen)) {
    throw new ExploreError('USAGE', `${name} has no protocol ${chosen}`, {
      field: 'protocol',
      hint: `it has ${Object.keys(protocols).join(', ')}`,
    })
  }
  const evaluate = await load()
  return evaluate({ data: loadOnce, protocol: chosen, seeds, flags, now, onProgress, signal })
}

const first = (protocols: Readonly<Record<string, string>>): string => Object.keys(protocols)[0]!

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
