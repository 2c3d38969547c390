export { type Folded, foldOf } from './fold-of.ts'
export { requestIdOf } from './memory-world.ts'
export { type EventShape, randomEvents } from './random-events.ts'
