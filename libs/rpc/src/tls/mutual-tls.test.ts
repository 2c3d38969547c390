import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { ExploreError } from '@explore/explore'
import { credentials } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadProtos, serviceOf } from '../protos.ts'
import { rpcClient } from '../rpc-client.ts'
import { rpcServer } from '../rpc-server.ts'
import { authority, rotate, whyNoCertificates } from '../testing/authority.ts'
import { mutualTls, mutualTlsOf } from './mutual-tls.ts'
import { fullName, peerNames } from './peer-names.ts'
import type { CertificateFiles } from './watched-certificates.ts'

const protos = loadProtos('explore/testing/v1/echo.proto')
const definition = serviceOf(protos, 'explore.testing.v1.EchoService')

const why = whyNoCertificates()
const folder = mkdtempSync(join(tmpdir(), 'explore-tls-'))
let ours: ReturnType<typeof authority>
let theirs: ReturnType<typeof authority>
let service: CertificateFiles
let gateway: CertificateFiles
beforeAll(() => {
  if (why !== undefined) return
  ours = authority(folder, 'ours')
  theirs = authority(folder, 'theirs')
  service = ours.issue('DNS:first-stage,IP:127.0.0.1')
  gateway = ours.issue('DNS:gateway,URI:spiffe://explore/gateway')
})
beforeEach(({ skip }) => skip(why !== undefined, why))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const tls = (files: CertificateFiles, peers: readonly string[] = []) => {
  const problems: (ExploreError | undefined)[] = []
  const made = mutualTls({ files, peers, tell: problem => problems.push(problem), every: 20 })
  closing.push(made.close)
  return { ...made, problems }
}

const started = async (files: CertificateFiles, peers: readonly string[] = []) => {
  const own = tls(files, peers)
  const server = rpcServer({
    ...{ protos, now: Date.now, credentials: own.server, peers: own.peers },
    services: [{ definition, handlers: { Echo: request => request } }],
    errorOf: thrown =>
      thrown instanceof ExploreError ? thrown : new ExploreError('INTERNAL', String(thrown)),
  })
  closing.push(() => server.close(100))
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  return { port, problems: own.problems }
}

const callBy = async (port: number, files: CertificateFiles | undefined, name?: string) => {
  const secret = files === undefined ? credentials.createInsecure() : tls(files).client(name)
  const client = rpcClient(definition, `grpc://127.0.0.1:${port}`, { credentials: secret })
  closing.push(client.close)
  return client.call<{ text: string }>('Echo', { text: 'a' }, { deadline: Date.now() + 20_000 })
}

describe('with certificates on both sides', () => {
  it('whoever is named may call, by DNS or URI', async () => {
    for (const peer of ['gateway', 'URI:spiffe://explore/gateway']) {
      const { port } = await started(service, ['other', peer])
      expect(await callBy(port, gateway)).toMatchObject({ text: 'a' })
      expect(await callBy(port, gateway, 'first-stage')).toMatchObject({ text: 'a' })
    }
  })

  it('another of the same authority may not', async () => {
    const { port } = await started(service, ['gateway'])
    for (const name of ['DNS:gateways', 'DNS:a.gateway', 'URI:gateway', 'DNS:x']) {
      await expect(callBy(port, ours.issue(name))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  const refused = { code: 'SERVICE_UNREACHABLE' }
  it.each([
    ['without a certificate', () => undefined],
    ['with an expired one', () => ours.issue('DNS:gateway', -1)],
    ['with one of another authority', () => ({ ...theirs.issue('DNS:gateway'), ca: gateway.ca })],
  ])('nobody gets in %s', async (_, files) => {
    const { port } = await started(service, ['gateway'])
    await expect(callBy(port, files())).rejects.toMatchObject(refused)
  })

  it.each([
    ['is expired', () => ours.issue('IP:127.0.0.1', -1), undefined],
    ['is of another authority', () => theirs.issue('IP:127.0.0.1'), undefined],
    ['has another address', () => ours.issue('IP:127.0.0.2'), undefined],
    ['has another name', () => service, 'second-stage'],
  ])('nobody calls a service whose certificate %s', async (_, files, name) => {
    const { port } = await started(files())
    await expect(callBy(port, gateway, name)).rejects.toMatchObject(refused)
  })

  it('a service in plain text is not called', async () => {
    const server = rpcServer({
      ...{ protos, services: [], now: Date.now },
      errorOf: () => new ExploreError('INTERNAL', ''),
    })
    closing.push(() => server.close(100))
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    await expect(callBy(port, gateway)).rejects.toMatchObject(refused)
  })

  it.each(['TLSv1', 'TLSv1.1'] as const)('%s is not spoken', async maxVersion => {
    const { port } = await started(service)
    const socket = connect({
      ...{ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false },
      ...{ minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' },
    })
    const outcome = await new Promise(resolve => {
      socket.once('secureConnect', () => resolve('connected'))
      socket.once('error', () => resolve('refused'))
    })
    socket.destroy()
    expect(outcome).toBe('refused')
  })
})

describe('certificates that are rotated', () => {
  it('are taken by both ends without a restart; what is not sound is said, and changes nothing', async () => {
    const [mine, yours] = [ours.issue('IP:127.0.0.1'), ours.issue('DNS:gateway')]
    const { port, problems } = await started(mine, ['gateway'])
    expect(await callBy(port, yours)).toMatchObject({ text: 'a' })

    // Half of a rotation: the certificate is another's, its key is not there yet.
    const next = theirs.issue('IP:127.0.0.1')
    const good = { ...mine }
    rotate({ ...mine, cert: next.cert }, mine)
    await expect.poll(() => problems.at(-1)?.code, { timeout: 20_000 }).toBe('TLS_INVALID')
    expect(await callBy(port, yours)).toMatchObject({ text: 'a' })

    // The rest of it, and another authority.
    rotate(next, { ...good, ca: mine.ca })
    const caller = theirs.issue('DNS:gateway')
    await expect
      .poll(
        () =>
          callBy(port, caller).then(
            ({ text }) => text,
            () => 'refused',
          ),
        { timeout: 20_000 },
      )
      .toBe('a')
    expect(problems.at(-1)).toBeUndefined()
  })
})

describe('files', () => {
  it.each([
    ['is not there', () => ({ ...service, ca: join(folder, 'none.pem') })],
    ['is no certificate', () => ({ ...service, cert: service.key })],
    ['is the key of another', () => ({ ...service, key: gateway.key })],
    [
      'is empty',
      () => {
        const empty = join(folder, 'empty.pem')
        writeFileSync(empty, '')
        return { ...service, ca: empty }
      },
    ],
  ])('of which one %s stop the start', (_, files) => {
    expect(() => mutualTls({ files: files(), tell: () => {} })).toThrow(
      expect.objectContaining({ code: 'TLS_INVALID' }),
    )
  })

  it('are named by the environment, all or none', () => {
    const all = {
      ...{ EXPLORE_TLS_CA: service.ca, EXPLORE_TLS_CERT: service.cert },
      ...{ EXPLORE_TLS_KEY: service.key, EXPLORE_TLS_PEERS: 'gateway, URI:spiffe://a' },
    }
    const made = mutualTlsOf(all, () => {})!
    closing.push(made.close)
    expect(made.peers).toEqual(['DNS:gateway', 'URI:spiffe://a'])
    expect(mutualTlsOf({}, () => {})).toBeUndefined()
    expect(() => mutualTlsOf({ ...all, EXPLORE_TLS_KEY: undefined }, () => {})).toThrow(
      expect.objectContaining({ field: 'EXPLORE_TLS_KEY' }),
    )
  })
})

describe('names of a certificate', () => {
  it.each([
    [
      'DNS:a, URI:spiffe://x/y, IP Address:1.2.3.4',
      ['DNS:a', 'URI:spiffe://x/y', 'IP Address:1.2.3.4'],
    ],
    ['DNS:"x, DNS:gateway"', []],
    ['DNS:a, DNS:"x, DNS:gateway, y"', ['DNS:a']],
    ['DNS:"x\\", DNS:gateway, DNS:"', []],
    ['', []],
    [undefined, []],
  ])('%j are %j', (text, names) => {
    expect(peerNames(text)).toEqual(names)
  })

  it('without a kind are of DNS', () => {
    expect(['a', 'URI:b', 'DNS:c'].map(fullName)).toEqual(['DNS:a', 'URI:b', 'DNS:c'])
  })
})
