import { constants } from 'node:os'
import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { lmdbError } from './lmdb-error.ts'

const { ENOSPC, EIO, EDQUOT, EACCES, EROFS } = constants.errno
/** As lmdb throws it. */
const native = (code: number): Error => Object.assign(new Error('reason'), { code })
/** As Node throws it. */
const node = (errno: number): Error =>
  Object.assign(new Error('reason'), { code: 'ESOMETHING', errno: -errno })

it.each([
  ['DISK_FULL', ENOSPC],
  ['DISK_FULL', EDQUOT],
  // How lmdb reports the short write of a disk that fills up.
  ['DISK_FULL', EIO],
  ['STATE_FORBIDDEN', EACCES],
  ['STATE_FORBIDDEN', EROFS],
  ['INTERNAL', 12_345],
] as const)('%s for errno %i, of lmdb and of Node', (code, errno) => {
  for (const cause of [native(errno), node(errno)]) {
    expect(lmdbError('/home', cause)).toMatchObject({ code, message: '/home: reason', cause })
  }
})

it.each([
  ['DISK_FULL', -30_792],
  ['STATE_BROKEN', -30_796],
  ['STATE_BROKEN', -30_793],
  ['OVERLOADED', -30_790],
] as const)('%s for LMDB’s %i', (code, number) => {
  expect(lmdbError('/home', native(number)).code).toBe(code)
})

it('leaves an error of the catalogue as it is, and takes anything else', () => {
  const known = new ExploreError('WATERMARK_MISMATCH', 'moved')
  expect(lmdbError('/home', known)).toBe(known)
  for (const thrown of [undefined, null, 'text', 7]) {
    expect(lmdbError('/home', thrown).code).toBe('INTERNAL')
  }
})
