import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort, hasCommand, type ServerProcess, serverProcess } from '@explore/servers'
import { chartTool, whyNoTool } from './chart-tools.ts'
import { fakeNode, kwokStages } from './fake-nodes.ts'

const run = promisify(execFile)

/** A Kubernetes whose API, controllers and scheduler are real; its nodes are not: pods run nowhere, and are ready at once. */
export interface FakeCluster {
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>
  readonly helm: (...args: readonly string[]) => Promise<string>
  readonly stop: () => Promise<void>
}

const TOOLS = [
  ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const),
  ...(['kubectl', 'helm'] as const),
]

/** Why there can't be one here; undefined where there can, which may first take an hour of building. */
export const whyNoCluster = (): string | undefined =>
  hasCommand('etcd') ? TOOLS.map(whyNoTool).find(reason => reason !== undefined) : 'no etcd'

const TOKEN = 'admin'
export const NODES = ['one', 'two']

/** Starts one with nothing in it, whose only namespace takes no pod but of Kubernetes' restricted profile. */
export const startFakeCluster = async (): Promise<FakeCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-cluster-'))
  const at = (name: string): string => join(folder, name)
  const started: ServerProcess[] = []
  const stop = async (): Promise<void> => {
    for (const server of started.toReversed()) await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
  const start = async (path: string, flags: Readonly<Record<string, string>>): Promise<void> => {
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
    started.push(serverProcess(path, args, { background: true }))
  }
  try {
    const [client, peer, api] = [await freePort(), await freePort(), await freePort()]
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(at('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
    writeFileSync(at('tokens.csv'), `${TOKEN},admin,1,"system:masters"\n`)
    writeFileSync(at('kubeconfig'), JSON.stringify(kubeconfig(`https://127.0.0.1:${api}`)))
    await start('etcd', {
      'data-dir': at('etcd'),
      'listen-client-urls': `http://127.0.0.1:${client}`,
      'advertise-client-urls': `http://127.0.0.1:${client}`,
      'listen-peer-urls': `http://127.0.0.1:${peer}`,
      'unsafe-no-fsync': 'true',
    })
    await start(await chartTool('kube-apiserver'), {
      'etcd-servers': `http://127.0.0.1:${client}`,
      'bind-address': '127.0.0.1',
      'secure-port': `${api}`,
      'cert-dir': at('certificates'),
      'endpoint-reconciler-type': 'none',
      'service-account-issuer': 'https://explore.test',
      'service-account-key-file': at('sa.key'),
      'service-account-signing-key-file': at('sa.key'),
      'token-auth-file': at('tokens.csv'),
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.0.0.0/24',
      // Debian's etcd 3.4 can't tell how far a watch is: one that starts with what is there, as newer clients ask for (helm
      // and kwok do), would fail for ever. Without the feature the server says so, and they list first.
      'feature-gates': 'WatchList=false',
    })
    const tools = { kubectl: await chartTool('kubectl'), helm: await chartTool('helm') }
    const environment = {
      ...{ ...process.env, KUBECONFIG: at('kubeconfig') },
      ...{ HELM_CACHE_HOME: at('helm'), HELM_CONFIG_HOME: at('helm'), HELM_DATA_HOME: at('helm') },
    }
    const call = async (tool: string, args: readonly string[], input = ''): Promise<string> => {
      const running = run(tool, args, { env: environment, maxBuffer: 2 ** 26 })
      running.child.stdin!.end(input)
      return (await running).stdout
    }
    const kubectl: FakeCluster['kubectl'] = (args, input) => call(tools.kubectl, args, input)
    const until = async (works: () => Promise<unknown>): Promise<void> => {
      while (
        !(await works().then(
          () => true,
          () => false,
        ))
      ) {
        if (!started.every(server => server.running()))
          throw new Error('a part of the cluster ended')
        await sleep(500)
      }
    }
    await until(() => kubectl(['get', '--raw', '/readyz']))
    const common = {
      kubeconfig: at('kubeconfig'),
      'cert-dir': at('certificates'),
      'leader-elect': 'false',
    }
    await start(await chartTool('kube-controller-manager'), {
      ...{ ...common, 'secure-port': `${await freePort()}` },
      'service-account-private-key-file': at('sa.key'),
      // Nobody's heart beats on a node that is none: without this its pods would count as gone after a minute.
      'node-monitor-grace-period': '24h',
    })
    await start(await chartTool('kube-scheduler'), {
      ...common,
      'secure-port': `${await freePort()}`,
    })
    const kwok = await chartTool('kwok')
    writeFileSync(at('stages.yaml'), kwokStages(join(dirname(kwok), 'files')))
    await start(kwok, {
      ...{ kubeconfig: at('kubeconfig'), 'manage-all-nodes': 'true', config: at('stages.yaml') },
      'server-address': `127.0.0.1:${await freePort()}`,
    })
    const items = NODES.map(fakeNode)
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await kubectl([
      'label',
      'namespace',
      'default',
      'pod-security.kubernetes.io/enforce=restricted',
    ])
    // Admission refuses pods of an account that is not there; a controller makes the one of pods that name none.
    await until(() => kubectl(['get', 'serviceaccount', 'default']))
    return { kubectl, helm: (...args) => call(tools.helm, args), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const kubeconfig = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'admin', user: { token: TOKEN } }],
  contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'admin', namespace: 'default' } }],
  'current-context': 'fake',
})
