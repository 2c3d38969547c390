import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'

/** What Secrets hold, by their names and keys. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** One pod of what the chart renders. */
export interface PlayablePod {
  readonly name: string
  /** What it was rendered as. */
  readonly kind: string
  readonly containers: readonly string[]
  /** For `podman kube play`. */
  readonly yaml: string
}

interface Mount {
  readonly name: string
  readonly subPath?: string
}
interface Container {
  readonly name: string
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
  }[]
  readonly envFrom?: readonly { readonly secretRef?: { readonly name: string } }[]
  readonly ports?: readonly object[]
  readonly volumeMounts?: readonly Mount[]
}
interface Volume {
  readonly name: string
  readonly secret?: { readonly secretName: string }
}
interface Pod {
  readonly restartPolicy?: string
  readonly volumes?: readonly Volume[]
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
}
interface Templated {
  readonly template: { readonly spec: Pod }
}
type Document = { readonly metadata: { readonly name: string } } & (
  | { readonly kind: 'Pod'; readonly spec: Pod }
  | { readonly kind: 'Deployment' | 'Job'; readonly spec: Templated }
  | {
      readonly kind: 'CronJob'
      readonly spec: { readonly jobTemplate: { readonly spec: Templated } }
    }
  | { readonly kind: 'ConfigMap' | 'Service'; readonly spec?: never }
)

/** Podman 4.3 now and then finds an init container running that it is about to remove: it may stay. */
const KEPT = { 'io.podman.annotations.init.container.type': 'always' }

/**
 * What the chart renders, as `podman kube play` takes it: a pod for each Deployment, by the name of its Service, so that
 * others find it in a network with DNS; one for each job and each hook. Podman reads Secrets in a form of its own: what
 * asks for one gets its content, files as `folder`/SECRET/KEY. It would publish a container's ports on this machine: there
 * are none. Kinds that it has not are left out.
 */
export const playable = (
  rendered: string,
  secrets: Secrets,
  folder: string,
): readonly PlayablePod[] => {
  const documents = parseAllDocuments(rendered)
    .map(document => document.toJS() as Document | null)
    .filter(document => document !== null)
  const configuration = documents.filter(({ kind }) => kind === 'ConfigMap')
  return documents.flatMap(document => {
    const { kind, metadata } = document
    const rendered = podOf(document)
    if (rendered === undefined) return []
    const { name } = metadata
    const spec = podmans(name, rendered, secrets, folder)
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: KEPT }, spec }
    return [
      {
        ...{ name, kind },
        containers: rendered.containers.map(each => `${name}-${each.name}`),
        yaml: [...configuration, pod].map(each => stringify(each)).join('---\n'),
      },
    ]
  })
}

const podOf = ({ kind, spec }: Document): Pod | undefined => {
  if (kind === 'Pod') return spec
  if (kind === 'Deployment' || kind === 'Job') return spec.template.spec
  return kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : undefined
}

/** A pod's specification with what podman 4.3 lacks or does otherwise. */
const podmans = (pod: string, rendered: Pod, secrets: Secrets, folder: string) => {
  const { volumes = [], initContainers = [], containers, restartPolicy = 'OnFailure' } = rendered
  const secretOf = (volume: string): string | undefined =>
    volumes.find(({ name }) => name === volume)?.secret?.secretName
  // An emptyDir is a volume of that name, and pods share names; a mount of one file is a volume of its own.
  const volumeOf = ({ name, subPath }: Mount): string =>
    [pod, name, ...(secretOf(name) && subPath ? [subPath] : [])].join('-')
  const container = ({
    env = [],
    envFrom = [],
    volumeMounts = [],
    ports: _,
    ...rest
  }: Container) => ({
    ...rest,
    env: [
      ...envFrom.flatMap(({ secretRef }) =>
        Object.entries(secretRef ? held(secrets, secretRef.name) : {}),
      ),
      ...env.map(({ name, value, valueFrom }) => {
        const from = valueFrom?.secretKeyRef
        return [name, from ? held(secrets, from.name)[from.key] : value] as const
      }),
    ].map(([name, value]) => ({ name, value })),
    envFrom: envFrom.filter(({ secretRef }) => secretRef === undefined),
    volumeMounts: volumeMounts.map(({ subPath, ...mount }) => ({
      ...mount,
      ...(subPath !== undefined && !secretOf(mount.name) && { subPath }),
      name: volumeOf({ ...mount, ...(subPath !== undefined && { subPath }) }),
    })),
  })
  const files = new Map(
    [...initContainers, ...containers]
      .flatMap(({ volumeMounts = [] }) => volumeMounts)
      .flatMap(mount => {
        const secret = secretOf(mount.name)
        if (secret === undefined) return []
        const { subPath } = mount
        const type = subPath === undefined ? 'Directory' : 'File'
        return [[volumeOf(mount), { path: join(folder, secret, subPath ?? ''), type }] as const]
      }),
  )
  return {
    ...rendered,
    // One that always restarts would restart its init containers, which have ended well, too.
    restartPolicy,
    initContainers: initContainers.map(container),
    containers: containers.map(container),
    volumes: [
      ...volumes
        .filter(({ secret }) => secret === undefined)
        .map(volume => ({ ...volume, name: volumeOf(volume) })),
      ...[...files].map(([name, hostPath]) => ({ name, hostPath })),
    ],
  }
}

const held = (secrets: Secrets, name: string): Readonly<Record<string, string>> => {
  const content = secrets[name]
  if (content === undefined) throw new RangeError(`there is no Secret ${name}`)
  return content
}
