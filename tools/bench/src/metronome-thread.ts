import { parentPort } from 'node:worker_threads'

const nothing = new Int32Array(new SharedArrayBuffer(4))

parentPort!.on('message', (time: number) => {
  const wait = time - (performance.timeOrigin + performance.now())
  if (wait > 0) Atomics.wait(nothing, 0, 0, wait)
  parentPort!.postMessage(undefined)
})
