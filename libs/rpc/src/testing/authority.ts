import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateFiles } from '../tls/watched-certificates.ts'

/** Why no certificates can be made here; undefined where they can. */
export const whyNoCertificates = (): string | undefined => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no openssl to make certificates'
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** An authority in `folder` that issues certificates. */
export const authority = (folder: string, name: string) => {
  const at = (file: string): string => join(folder, `${name}-${file}`)
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore' })
  const [caCert, caKey] = [at('ca.pem'), at('ca.key')]
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    caKey,
    '-out',
    caCert,
  )
  let issued = 0
  return {
    /** A certificate with a subjectAltName such as `DNS:gateway`, good for `days`; -1: it ended yesterday. */
    issue: (san: string, days = 2): CertificateFiles => {
      const number = ++issued
      const [cert, key, request, extension] = ['pem', 'key', 'csr', 'ext'].map(kind =>
        at(`${number}.${kind}`),
      )
      writeFileSync(extension!, `subjectAltName=${san}\n`)
      openssl('req', ...KEY, '-subj', `/CN=${number}`, '-keyout', key!, '-out', request!)
      openssl(
        'x509',
        '-req',
        '-in',
        request!,
        '-CA',
        caCert,
        '-CAkey',
        caKey,
        '-CAcreateserial',
        '-days',
        `${days}`,
        '-extfile',
        extension!,
        '-out',
        cert!,
      )
      return { ca: caCert, cert: cert!, key: key! }
    },
  }
}

/** Writes the files of `from` over those of `to`, as a rotation does. */
export const rotate = (from: CertificateFiles, to: CertificateFiles): void => {
  for (const file of ['ca', 'cert', 'key'] as const) {
    if (from[file] !== to[file]) copyFileSync(from[file], to[file])
  }
}
