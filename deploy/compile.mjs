// Compiles what services are made of, into the folder that NODE_COMPILE_CACHE names: a container starts with it.
import { fileURLToPath } from 'node:url'
import { HEAP } from './heap.mjs'

// What was compiled under other options is not used.
if (!process.execArgv.includes(HEAP[0])) {
  const args = [process.execPath, ...process.execArgv, ...HEAP, fileURLToPath(import.meta.url)]
  process.execve(process.execPath, args, process.env)
}
await import('../apps/cli/src/commands/serve.ts')
await import('../libs/embedded/src/page-engine.ts')
