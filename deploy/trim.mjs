// Removes from node_modules what cannot run here: binaries of other systems, what a compiler left, types and source maps.
import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const [root] = process.argv.slice(2)
const { platform, arch } = process

const onnx = `onnxruntime-node/bin/napi-v*`
const OTHERS = [
  ...globSync(`${onnx}/*`, { cwd: root }).filter(path => !path.endsWith(`/${platform}`)),
  ...globSync(`${onnx}/${platform}/*`, { cwd: root }).filter(path => !path.endsWith(`/${arch}`)),
]
const LEFT_OVER = [
  'hnswlib-node/build/Release/obj.target',
  'hnswlib-node/build/Release/.deps',
  'lmdb/dependencies',
  'lmdb/src',
  '**/*.{d.ts,d.mts,d.cts,js.map,mjs.map,cjs.map,d.ts.map}',
  '**/*.{c,cc,cpp,h,hpp,o}',
]

for (const path of [...OTHERS, ...globSync(LEFT_OVER, { cwd: root })]) {
  rmSync(join(root, path), { recursive: true, force: true })
}
