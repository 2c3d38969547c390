import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rejectsFile } from './rejects-file.ts'

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rejects-'))))
afterEach(() => rm(folder, { recursive: true }))

const reject = { file: 'a.csv', line: 2, column: 'x', reason: 'is bad', value: '1' }

describe('rejectsFile', () => {
  it('replaces what was there, quotes what needs it, and disarms spreadsheet formulas', async () => {
    const path = join(folder, 'rejects.csv')
    await writeFile(path, 'of an earlier import')
    const file = await rejectsFile(path)
    await file.write([reject, { ...reject, value: '=cmd|"/c calc"!A0' }])
    await file.write([
      { ...reject, value: 'a,b\nc' },
      { ...reject, value: '\t@x' },
    ])
    await file.write([{ ...reject, value: 'x'.repeat(1_000), column: '-1+2' }])
    await file.close()
    expect((await readFile(path, 'utf8')).split('\n')).toEqual([
      'file,line,column,reason,value',
      'a.csv,2,x,is bad,1',
      `a.csv,2,x,is bad,"'=cmd|""/c calc""!A0"`,
      'a.csv,2,x,is bad,"a,b',
      'c"',
      `a.csv,2,x,is bad,'\t@x`,
      `a.csv,2,'-1+2,is bad,${'x'.repeat(200)}`,
      '',
    ])
  })

  it('says which file cannot be written', async () => {
    const path = join(folder, 'no', 'such', 'folder.csv')
    await expect(rejectsFile(path)).rejects.toMatchObject({ code: 'IMPORT_FILE', field: path })
  })
})
