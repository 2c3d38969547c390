import { checkServerIdentity } from 'node:tls'
import { ExploreError } from '@explore/explore'
import { type ChannelCredentials, experimental, type ServerCredentials } from '@grpc/grpc-js'
import { fullName } from './peer-names.ts'
import { type CertificateFiles, watchedCertificates } from './watched-certificates.ts'

/** Both ends of connections on which each side proves who it is. */
export interface MutualTls {
  readonly server: ServerCredentials
  /** For a service whose certificate has `name`; without it, the host that its address names. */
  readonly client: (name?: string) => ChannelCredentials
  /** Names of the certificates that may call, as `peerNames` writes them; empty: all of the authority's. */
  readonly peers: readonly string[]
  readonly close: () => void
}

export interface MutualTlsOptions {
  readonly files: CertificateFiles
  readonly peers?: readonly string[]
  /** Hears of files that were rotated and are not sound, and of their recovery. */
  readonly tell: (problem: ExploreError | undefined) => void
  readonly every?: number
}

/** Throws TLS_INVALID for files that are not sound. New ones are taken without a restart, for new connections. */
export const mutualTls = ({ files, peers = [], tell, every }: MutualTlsOptions): MutualTls => {
  const watched = watchedCertificates(files, tell, every)
  const {
    createCertificateProviderServerCredentials,
    createCertificateProviderChannelCredentials,
  } = experimental
  return {
    server: createCertificateProviderServerCredentials(watched, watched, true),
    client: name =>
      createCertificateProviderChannelCredentials(watched, watched, {
        ...(name !== undefined && {
          checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
        }),
      }),
    peers: peers.map(fullName),
    close: watched.close,
  }
}

const VARIABLES = ['EXPLORE_TLS_CA', 'EXPLORE_TLS_CERT', 'EXPLORE_TLS_KEY'] as const

/** What EXPLORE_TLS_CA, _CERT and _KEY name, and whom EXPLORE_TLS_PEERS lets call; undefined where none is set. */
export const mutualTlsOf = (
  environment: Readonly<Record<string, string | undefined>>,
  tell: MutualTlsOptions['tell'],
): MutualTls | undefined => {
  const [ca, cert, key] = VARIABLES.map(name => environment[name])
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  if (ca === undefined || cert === undefined || key === undefined) {
    const missing = VARIABLES.find(name => environment[name] === undefined)!
    throw new ExploreError('TLS_INVALID', `${missing} must be set beside the others`, {
      field: missing,
    })
  }
  const peers = environment.EXPLORE_TLS_PEERS?.split(',').map(name => name.trim())
  return mutualTls({ files: { ca, cert, key }, ...(peers && { peers }), tell })
}
