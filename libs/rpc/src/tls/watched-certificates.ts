import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'
import type { experimental } from '@grpc/grpc-js'

/** PEM files: the authority of all services, and this one's own certificate with its key. */
export interface CertificateFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

interface Certificates {
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
}

/** How often the files are looked at. */
const EVERY = 1000

/**
 * The certificates in `files`, read again when they change, for both ends of a connection. Throws TLS_INVALID where they are
 * not sound at first; later the last sound ones stay, and `tell` hears why: half of a rotation is no reason to stop.
 */
export const watchedCertificates = (
  files: CertificateFiles,
  tell: (problem: ExploreError | undefined) => void,
  every = EVERY,
): experimental.CertificateProvider & { readonly close: () => void } => {
  let current = read(files)
  const authorities = new Set<experimental.CaCertificateUpdateListener>()
  const identities = new Set<experimental.IdentityCertificateUpdateListener>()
  const authority = () => ({ caCertificate: current.ca })
  const identity = () => ({ certificate: current.cert, privateKey: current.key })

  const look = (): void => {
    try {
      const latest = read(files)
      tell(undefined)
      if (same(latest, current)) return
      current = latest
      for (const listener of authorities) listener(authority())
      for (const listener of identities) listener(identity())
    } catch (error) {
      tell(error as ExploreError)
    }
  }
  const timer = setInterval(look, every).unref()

  return {
    addCaCertificateListener: listener => {
      authorities.add(listener)
      soon(() => listener(authority()))
    },
    removeCaCertificateListener: listener => void authorities.delete(listener),
    addIdentityCertificateListener: listener => {
      identities.add(listener)
      soon(() => listener(identity()))
    },
    removeIdentityCertificateListener: listener => void identities.delete(listener),
    close: () => clearInterval(timer),
  }
}

/** The library hears of certificates that come while it still registers, and tells its servers nothing of them. */
const soon = queueMicrotask

const read = (files: CertificateFiles): Certificates => {
  const [ca, cert, key] = ([files.ca, files.cert, files.key] as const).map(fileOf)
  try {
    new X509Certificate(ca!)
    const own = new X509Certificate(cert!)
    if (own.checkPrivateKey(createPrivateKey(key!))) return { ca: ca!, cert: cert!, key: key! }
  } catch (cause) {
    throw invalid(`${files.ca}, ${files.cert}, ${files.key}: ${(cause as Error).message}`, cause)
  }
  throw invalid(`${files.key} is not the key of ${files.cert}`)
}

const fileOf = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw invalid(`${path}: ${(cause as Error).message}`, cause)
  }
}

const same = (a: Certificates, b: Certificates): boolean =>
  a.ca.equals(b.ca) && a.cert.equals(b.cert) && a.key.equals(b.key)

const invalid = (message: string, cause?: unknown): ExploreError =>
  new ExploreError('TLS_INVALID', message, { cause })
