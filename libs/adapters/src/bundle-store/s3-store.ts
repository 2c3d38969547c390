import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { BundleStore } from './bundle-store.ts'
import { isMissing, s3Error } from './s3-error.ts'
import { s3Target } from './s3-target.ts'

const CURRENT = 'current'
const TRIES = 3
/** Milliseconds: who does not answer by then is away. */
const TIMES = { connectionTimeout: 3000, requestTimeout: 30_000 }

/**
 * Bundles in an object store: `PREFIX/ID/FILE`, and `PREFIX/current`, which holds an id. Who calls is known by the SDK's own
 * chain: the environment, a file, the machine's role.
 */
export const openS3Store = async (url: string): Promise<BundleStore> => {
  const { bucket, prefix, endpoint, region, every, name } = s3Target(url)
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(region !== undefined && { region }),
    maxAttempts: TRIES,
    requestHandler: TIMES,
    // Not every server knows the newer ones, and a bundle has checksums of its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const of = (key: string) => ({ Bucket: bucket, Key: prefix + key })
  const get = async (key: string) => {
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand(of(key)))
      return Body
    } catch (error) {
      if (isMissing(error)) return undefined
      throw s3Error(name, error)
    }
  }
  return {
    ...{ name, every },
    current: async () => {
      const body = await get(CURRENT)
      try {
        return (await body?.transformToString())?.trim() || undefined
      } catch (error) {
        throw s3Error(name, error)
      }
    },
    point: async id => {
      try {
        await client.send(new sdk.PutObjectCommand({ ...of(CURRENT), Body: `${id}\n` }))
      } catch (error) {
        throw s3Error(name, error)
      }
    },
    read: async (id, file) => (await get(`${id}/${file}`)) as Readable | undefined,
    write: async (id, file, path) => {
      const { size } = await stat(path)
      // A stream can be sent once: the SDK leaves it to us to try again.
      for (let tries = 1; ; tries++) {
        const Body = createReadStream(path)
        try {
          const put = { ...of(`${id}/${file}`), Body, ContentLength: size }
          return void (await client.send(new sdk.PutObjectCommand(put)))
        } catch (error) {
          const failure = s3Error(name, error)
          if (tries === TRIES || failure.code !== 'STORE_UNREACHABLE') throw failure
        } finally {
          Body.destroy()
        }
      }
    },
    close: () => client.destroy(),
  }
}
