import { createCatalogue, type Catalogue } from './catalogue.ts'
import type { Parameters } from './parameters.ts'
import { createPopulation, type Population } from './population.ts'
import { createResponse, type Response } from './response.ts'
import { createRetention, type Retention } from './retention.ts'
import { createSatiation, type Satiation } from './satiation.ts'
import { createTaste, type Taste } from './taste.ts'

/** The laws and latents of one world. No policy sees them but the oracle. */
export interface Nature {
  readonly parameters: Parameters
  readonly catalogue: Catalogue
  readonly population: Population
  readonly taste: Taste
  readonly satiation: Satiation
  readonly response: Response
  readonly retention: Retention
}

export interface Scale {
  readonly seed: number
  readonly items: number
  readonly users: number
  readonly historyDays: number
  /** Days after `now` for which uploads are drawn. */
  readonly horizonDays: number
  readonly now: number
}

export const createNature = (scale: Scale, parameters: Parameters): Nature => {
  const catalogue = createCatalogue(scale.seed, scale, parameters)
  const population = createPopulation(scale.seed, scale, catalogue.space, parameters)
  const taste = createTaste(catalogue, parameters)
  const satiation = createSatiation(catalogue, parameters)
  const response = createResponse({ catalogue, population, taste, satiation }, parameters)
  const retention = createRetention(population, parameters)
  return { parameters, catalogue, population, taste, satiation, response, retention }
}
