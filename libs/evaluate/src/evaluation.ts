import type { Dataset } from './dataset.ts'
import type { Report } from './report.ts'

/** A flag of the command line, as commander reads it: `--lambda <x>` gives options.lambda as text. */
export interface Flag {
  readonly usage: string
  readonly help: string
}

/** What every evaluation is given. */
export interface EvaluationInput {
  /** The data, loaded when first asked for: some protocols bring their own. */
  readonly data: () => Promise<Dataset>
  /** The first one where the caller named none. */
  readonly protocol: string
  /** Runs of what is trained: seeds 1 to this. */
  readonly seeds: number
  /** Values of the evaluation's flags by their camelCase names; flags without a value are true. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  /** The clock, to tell how long things take. */
  readonly now: () => number
  readonly onProgress: (stage: string, fraction: number, note?: string) => void
  readonly signal: AbortSignal
}

export type Evaluation = (input: EvaluationInput) => Promise<Report>

/** An evaluation as the command line lists it; its code is loaded when it runs. */
export interface EvaluationEntry {
  readonly summary: string
  /** Name → what it measures. The first is the default for data that is not KuaiRand's. */
  readonly protocols: Readonly<Record<string, string>>
  readonly flags: readonly Flag[]
  readonly load: () => Promise<Evaluation>
}
