import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ExploreError } from '@explore/explore'

const PAGE_HEADER = 24
const MAGIC = 0xbeefc0de
/** Byte offsets in a meta page of LMDB's data version 2. */
const AT = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152 } as const
const META = PAGE_HEADER + 144

/**
 * Refuses a data file that is none, or that lost its end. LMDB itself must not see such a file: a wrong header
 * ends the process with SIGSEGV, a page beyond the end with SIGBUS. Throws STATE_BROKEN; a file that is
 * missing or empty is fine.
 */
export const checkDataFile = (file: string): void => {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const first = metaPage(fd, 0)
    if (first === undefined) return
    const broken = (why: string) => new ExploreError('STATE_BROKEN', `${file} ${why}`)
    if (first.length < META || first.readUInt32LE(AT.magic) !== MAGIC) {
      throw broken('is not an LMDB data file')
    }
    const version = first.readUInt32LE(AT.version) & 0xffff
    if (version !== 2) throw broken(`has LMDB's data version ${version}, not 2`)
    const pageSize = first.readUInt32LE(AT.pageSize)
    const second = metaPage(fd, pageSize)
    if (second === undefined || second.length < META) throw broken('is truncated')
    const latest =
      first.readBigUInt64LE(AT.transaction) > second.readBigUInt64LE(AT.transaction)
        ? first
        : second
    const pages = Number(latest.readBigUInt64LE(AT.lastPage)) + 1
    const missing = pages - Math.floor(fstatSync(fd).size / pageSize)
    if (missing > tolerated(pages))
      throw broken(`is truncated: ${missing} of ${pages} pages are gone`)
  } finally {
    closeSync(fd)
  }
}

/** Pages taken and given up within one transaction are never written: the last few may lie beyond the end. */
const tolerated = (pages: number): number => Math.max(8, Math.min(1024, pages >> 3))

const metaPage = (fd: number, at: number): Buffer | undefined => {
  const page = Buffer.alloc(META)
  const length = readSync(fd, page, 0, META, at)
  return length === 0 ? undefined : page.subarray(0, length)
}
