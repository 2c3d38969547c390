import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Collects what the measurement before left behind: else its garbage would be charged to the next one. */
export const collectGarbage = (): void => gc()
