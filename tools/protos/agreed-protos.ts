import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What callers elsewhere rely on: the compiled .proto files as they were last agreed on. */
export const AGREED = 'agreed.binpb'

const root = join(import.meta.dirname, '../..')
const windows = process.platform === 'win32'

/** Runs buf on a folder of .proto files; returns what it complains of, undefined where it is content. */
const buf = (folder: string, ...args: readonly string[]): string | undefined => {
  const PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const { error, status, stdout, stderr } = spawnSync('buf', args, {
    ...{ cwd: folder, encoding: 'utf8', shell: windows },
    env: { ...process.env, PATH },
  })
  if (error) return `buf can't be run: ${error.message}`
  return status === 0 ? undefined : `${stdout}${stderr}`.trim()
}

/** Without comments: the same messages give the same bytes. */
const compile = (folder: string, into: string): string | undefined =>
  buf(folder, 'build', '--exclude-source-info', '-o', into)

/** What is wrong with a folder of .proto files: how they are written, and what of AGREED they break. */
export const protoFaults = (folder: string): readonly string[] => {
  const faults = [buf(folder, 'lint')]
  if (existsSync(join(folder, AGREED))) faults.push(buf(folder, 'breaking', '--against', AGREED))
  return faults.filter(fault => fault !== undefined)
}

/** Has what was added be agreed on from now on. */
export const agree = (folder: string): string | undefined => compile(folder, AGREED)

/** Whether AGREED has all that the files say: else what was added could be changed again unseen. */
export const isAgreed = (folder: string): boolean => {
  if (!existsSync(join(folder, AGREED))) return false
  const scratch = mkdtempSync(join(tmpdir(), 'explore-protos-'))
  try {
    const now = join(scratch, AGREED)
    return (
      compile(folder, now) === undefined &&
      readFileSync(now).equals(readFileSync(join(folder, AGREED)))
    )
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
