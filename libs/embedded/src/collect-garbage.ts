import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Collects this thread's garbage now, in some 50 ms: memory that threads share has no weight for V8, which is in no hurry to give it back. */
export const collectGarbage = (): void => gc()
