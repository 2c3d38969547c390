import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'

/** Hyperparameters of the methods: default, bounds and meaning. */
export const PARAMS = {
  dimension: { default: 64, min: 2, max: 1024, doc: 'towers: of the vectors' },
  hidden: { default: 128, min: 2, max: 4096, doc: 'towers: width of the hidden layers' },
  batch: { default: 512, min: 1, max: 65_536, doc: 'towers: positives per step' },
  uniform: { default: 1, min: 0, max: 100, doc: 'towers: uniform negatives per positive' },
  ahead: { default: 1, min: 1, max: 1000, doc: 'towers: positives that one query answers for' },
  epochs: { default: 5, min: 1, max: 1000, doc: 'towers: passes, of which the best is kept' },
  rate: { default: 0.006, min: 1e-6, max: 1, doc: 'towers: peak learning rate' },
  temperature: { default: 0.05, min: 0.001, max: 10, doc: 'towers: divides the cosines' },
  idDropout: {
    default: 0.4,
    min: 0,
    max: 1,
    doc: 'towers: share of items that go without their id',
  },
  lambda: { default: 300, min: 1e-3, max: 1e7, doc: 'EASE: regularisation' },
  halfLife: { default: 20, min: 0.1, max: 1e6, doc: 'ItemCF: places until a positive counts half' },
} as const

export type Param = keyof typeof PARAMS
export type Params = Readonly<Record<Param, number>>

/** The defaults with `text` over them: `epochs=5,lambda=500` or a JSON file. Throws USAGE. */
export const paramsOf = (text: string | undefined, over: Partial<Params> = {}): Params => {
  const params: Record<string, number> = {}
  for (const [name, param] of Object.entries(PARAMS)) params[name] = param.default
  Object.assign(params, over)
  for (const [name, value] of Object.entries(text === undefined ? {} : given(text))) {
    const param = PARAMS[name as Param] as (typeof PARAMS)[Param] | undefined
    const hint = `the hyperparameters are ${Object.keys(PARAMS).join(', ')}`
    if (param === undefined) {
      throw new ExploreError('USAGE', `there is no hyperparameter ${name}`, { field: name, hint })
    }
    const number = Number(value)
    if (value === '' || !(number >= param.min && number <= param.max)) {
      throw new ExploreError('USAGE', `${name} must be from ${param.min} to ${param.max}`, {
        field: name,
        hint: `it is ${param.doc}, ${param.default} by default`,
      })
    }
    params[name] = number
  }
  return params as Params
}

const given = (text: string): Readonly<Record<string, unknown>> => {
  if (!text.endsWith('.json')) {
    return Object.fromEntries(
      text.split(',').map(pair => {
        const [name = '', value = ''] = pair.split('=')
        return [name.trim(), value.trim()]
      }),
    )
  }
  const refuse = (message: string, cause?: unknown): never => {
    throw new ExploreError('USAGE', `${text}: ${message}`, {
      hint: 'a settings file is one JSON object, for instance { "epochs": 5 }',
      cause,
    })
  }
  let value: unknown
  try {
    value = JSON.parse(readFileSync(text, 'utf8'))
  } catch (cause) {
    return refuse((cause as Error).message, cause)
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse('it is no JSON object')
}
