export { Funnel } from './funnel.ts'
export { foundAt } from './found-at.ts'
export { allRows, extend, slateOf, take, type Column, type Columns, type Slate } from './slate.ts'
export type {
  Arrangement,
  Awaitable,
  Context,
  Fallback,
  Filter,
  Found,
  Lookup,
  Mixer,
  Observer,
  Part,
  Pool,
  Reserve,
  Run,
  RunOptions,
  Rule,
  Source,
} from './stage.ts'
export { top } from './top.ts'
export type { Move, Sighting, StepTrace, Trace } from './trace.ts'
