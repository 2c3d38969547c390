import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readWorkspace, type Workspace } from './workspace.ts'

/** Path → text of a source, or the dependencies of a package.json. */
export type Files = Readonly<Record<string, string>>

const manifest = (folder: string, room: string, more: object = {}) => ({
  [`${folder}/package.json`]: JSON.stringify({
    name: `@explore/${folder.split('/').at(-1)}`,
    exports: './src/index.ts',
    nx: { tags: [`room:${room}`] },
    ...more,
  }),
})

const BASE: Files = {
  'package.json': JSON.stringify({ name: 'root', nx: { tags: ['room:tools'] } }),
  ...manifest('libs/pipeline', 'pipeline'),
  ...manifest('libs/explore', 'explore', { dependencies: { '@explore/pipeline': '*' } }),
  ...manifest('libs/adapters', 'adapters', {
    dependencies: { '@explore/explore': '*', 'onnxruntime-node': '1' },
    devDependencies: { '@explore/testkit': '*', wabt: '1' },
  }),
  ...manifest('libs/testkit', 'testkit'),
  ...manifest('tools/world', 'world', { devDependencies: { '@explore/explore': '*' } }),
}

/** A workspace of five packages in a folder of its own, with these files in it. */
export const workspaceOf = (files: Files): Workspace => {
  const root = mkdtempSync(join(tmpdir(), 'workspace-'))
  try {
    for (const [path, text] of Object.entries({ ...BASE, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return readWorkspace(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
