import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort, hasCommand, type ServerProcess, serverProcess } from '@explore/servers'
import { chartTool, whyNoTool } from './chart-tools.ts'

const run = promisify(execFile)

/** A Kubernetes of which there is the API, and nothing that does what it is told. */
export interface KubernetesApi {
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>
  readonly helm: (...args: readonly string[]) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Why there can't be one here; undefined where there can, which may first take a quarter of an hour of building. */
export const whyNoKubernetes = (): string | undefined =>
  hasCommand('etcd') ? whyNoTool('kube-apiserver') : 'no etcd'

const TOKEN = 'admin'
/** Starts one with nothing in it. */
export const startKubernetesApi = async (): Promise<KubernetesApi> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-kubernetes-'))
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
      'disable-admission-plugins': 'ServiceAccount',
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
    const kubectl: KubernetesApi['kubectl'] = (args, input) => call(tools.kubectl, args, input)
    const ready = (): Promise<boolean> =>
      kubectl(['get', '--raw', '/readyz']).then(
        () => true,
        () => false,
      )
    while (!(await ready())) {
      if (!started.every(server => server.running())) throw new Error('the API server ended')
      await sleep(500)
    }
    return { kubectl, helm: (...args) => call(tools.helm, args), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const kubeconfig = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'admin', user: { token: TOKEN } }],
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace: 'default' } }],
  'current-context': 'test',
})
