export { type Folded, foldOf } from './fold-of.ts'
export { type EventShape, randomEvents } from './random-events.ts'
