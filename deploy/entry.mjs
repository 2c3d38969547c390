// The image's first process. It gives V8's heap its part of the container's memory and becomes the command line: the process
// that hears signals is the one that serves.
import { fileURLToPath } from 'node:url'
import { HEAP } from './heap.mjs'

/** Tables, models and buffers lie outside of the heap. */
const SHARE = 0.5
/** No limit is told as one that no machine has. */
const NO_LIMIT = 2 ** 50

const limit = process.constrainedMemory()
const limited = limit > 0 && limit < NO_LIMIT
const given = (process.env.NODE_OPTIONS ?? '').includes('max-old-space-size')
const heap = Math.floor((limit * SHARE) / 2 ** 20)

process.execve(
  process.execPath,
  [
    process.execPath,
    ...HEAP,
    ...(limited && !given ? [`--max-old-space-size=${heap}`] : []),
    fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url)),
    ...process.argv.slice(2),
  ],
  process.env,
)
