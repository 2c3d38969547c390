import type { Millis } from '@explore/explore'
import type { Graph } from './graph/graph.ts'
import { type StoredValues, readValues } from './onnx/read-values.ts'

/** What training goes on from. */
export interface WarmStart {
  readonly parameters: Parameters
  /** Examples from then on are new to the parameters. */
  readonly since: Millis
}

/** Of the peak learning rate, where parameters are good already. */
export const WARM_RATE = 0.3

/** Parameters by name, from models that were trained before. */
export type Parameters = ReadonlyMap<string, StoredValues>

/** The parameters inside exported models; what several share is the same in each. */
export const parametersOf = (...models: readonly Uint8Array[]): Parameters =>
  new Map(models.flatMap(model => [...readValues(model)]))

/**
 * Gives a graph the values that `trained` has for its parameters. Tables may have grown since: their
 * new rows keep what they were drawn. False, and nothing is changed, where a parameter is missing
 * or of another shape: the model is another one.
 */
export const warmStart = (g: Graph, trained: Parameters): boolean => {
  const { parameters } = g.state
  const fits = parameters.every(({ name, shape, table }) => {
    const stored = trained.get(name)?.shape
    if (stored?.length !== shape.length) return false
    return stored.every((size, axis) =>
      table && axis === 0 ? size <= shape[axis] : size === shape[axis],
    )
  })
  if (!fits) return false
  for (const { name, values } of parameters) values.set(trained.get(name)?.values ?? [])
  return true
}
