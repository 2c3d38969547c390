import { createHash } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ExploreError } from '@explore/explore'

/** Makes a file or a folder's entries survive a power loss. */
export const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file and waits until it is on disk. */
export const writeDurably = async (path: string, data: Uint8Array | string): Promise<void> => {
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(data)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a small file as a whole: readers see the old one or the new one, also after a crash. */
export const replaceFile = async (folder: string, name: string, text: string): Promise<void> => {
  const part = join(folder, `.${name}.part`)
  await writeDurably(part, text)
  await rename(part, join(folder, name))
  await sync(folder)
}

/** Renames a finished folder into place, durably. */
export const moveInto = async (from: string, to: string): Promise<void> => {
  await sync(from)
  await rename(from, to)
  await sync(dirname(to))
}

/** Hex SHA-256 of a file. */
export const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  // One buffer for all of the file: a stream's buffers cost as much as the hash.
  const buffer = Buffer.allocUnsafe(1 << 20)
  const handle = await open(path, 'r')
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}

/** Fills `into` with the file's bytes; throws BUNDLE_BROKEN where it has fewer. */
export const readInto = async (path: string, into: Uint8Array): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    for (let at = 0; at < into.length;) {
      const { bytesRead } = await handle.read(into, at, into.length - at, at)
      if (bytesRead === 0) {
        const field = basename(path)
        const message = `${field} is truncated: it has ${at} of ${into.length} bytes`
        throw new ExploreError('BUNDLE_BROKEN', message, { field })
      }
      at += bytesRead
    }
  } finally {
    await handle.close()
  }
}

/** No space, no quota left, or a file beyond what the system allows. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Names a full disk for what it is. */
export const orDiskFull = (cause: unknown): never => {
  if (!FULL.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause
  throw new ExploreError('DISK_FULL', 'the disk is full', { cause })
}
