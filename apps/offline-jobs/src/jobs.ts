import type { EvaluationCall } from '@explore/evaluate'
import { homeAt, type Progress } from '@explore/embedded'
import type { TrainOptions } from '@explore/embedded/train-bundle'
import type { EvaluateWorldOptions } from './evaluate/evaluate-world.ts'

/** What every job gets. */
export interface JobCall {
  readonly home: string
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly now: () => number
}

/**
 * The work that runs beside serving or ahead of it, by name; each takes plain options and gives a plain report.
 * A job loads only what it needs.
 */
export const JOBS = {
  demo: async (
    { home, progress, signal, now }: JobCall,
    options: { readonly seed: number; readonly items: number; readonly users: number },
  ) => {
    const { makeDemo } = await import('./demo.ts')
    return makeDemo(homeAt(home), { ...options, now: now(), signal }, progress)
  },

  import: async (
    { home, progress, signal, now }: JobCall,
    options: {
      readonly paths: readonly string[]
      readonly mapping: string
      readonly maxRejects: number
    },
  ) => {
    const { importData } = await import('@explore/embedded/import-data')
    return importData(homeAt(home), { ...options, now: now(), signal }, progress)
  },

  train: async ({ home, progress, signal, now }: JobCall, options: TrainOptions) => {
    const { trainBundle } = await import('@explore/embedded/train-bundle')
    return trainBundle(homeAt(home), { ...options, wall: now, signal }, progress)
  },

  export: async ({ home, progress, signal }: JobCall, options: { readonly out: string }) => {
    const { exportExamples } = await import('@explore/embedded/export-examples')
    return exportExamples(homeAt(home), { ...options, signal }, progress)
  },

  'export-impressions': async (
    { home, progress, signal }: JobCall,
    options: { readonly out: string },
  ) => {
    const { exportImpressions } = await import('@explore/embedded/export-impressions')
    return exportImpressions(homeAt(home), { ...options, signal }, progress)
  },

  'off-peak': async (
    { home, progress, signal, now }: JobCall,
    options: { readonly pages: boolean },
  ) => {
    const { offPeak } = await import('@explore/embedded/off-peak')
    return offPeak(homeAt(home), { ...options, wall: now, signal }, progress)
  },

  evaluate: async ({ home, ...call }: JobCall, options: EvaluationCall) =>
    (await import('./evaluate/evaluate-data.ts')).evaluateData(homeAt(home), options, call),

  'evaluate-world': async ({ progress, signal }: JobCall, options: EvaluateWorldOptions) =>
    (await import('./evaluate/evaluate-world.ts')).evaluateWorld(options, progress, signal),
} as const

export type JobName = keyof typeof JOBS
export type JobOptions<N extends JobName> = Parameters<(typeof JOBS)[N]>[1]
export type JobReport<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>
