import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import { type KafkaServer, startKafka, whyNoKafka } from '@explore/servers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTopics } from './create-topics.ts'
import { openKafka } from './open-kafka.ts'
import { sendWhole } from './send-whole.ts'

const why = whyNoKafka({ own: true })
const folder = mkdtempSync(join(tmpdir(), 'explore-kafka-tls-'))
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]

/** A broker that speaks TLS and knows two users, one of whom may do nothing. */
const settings = (): Record<string, string> => {
  const request = [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]
  execFileSync('openssl', request, { stdio: 'ignore' })
  const store = join(folder, 'store.pem')
  writeFileSync(store, readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'))
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const users = 'user_admin="right" user_nobody="right"'
  return {
    'listener.security.protocol.map': 'PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.plaintext.plain.sasl.jaas.config': `${login} username="admin" password="right" ${users};`,
    ...{ 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': store },
    ...{ 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': cert },
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin;User:ANONYMOUS',
  }
}

describe('a Kafka that is locked', () => {
  let kafka: KafkaServer
  beforeAll(async () => {
    if (why === undefined) kafka = await startKafka({ settings: settings(), local: true })
  }, 240_000)
  beforeEach(({ skip }) => skip(why !== undefined, why))
  afterAll(async () => {
    await kafka?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Makes topics and sends to one; what it says where it cannot. */
  const trouble = async (user: string, query: string): Promise<unknown> => {
    const url = `kafka://${user}${kafka.brokers.join(',')}/?prefix=locked&${query}`
    const link = await openKafka(url, { retries: 1 })
    try {
      await createTopics(link, { partitions: 1 })
      const topic = { topic: link.topic('events.v1'), partitions: 1 }
      await sendWhole(link, topic, [{ key: 'u', value: Buffer.from('{}') }])
      return 'none'
    } catch (error) {
      return error
    } finally {
      await link.close()
    }
  }
  const tls = `tls=1&ca=${cert}&mechanism=plain`

  it('opens to who has the password and trusts its certificate', async () => {
    expect(await trouble('admin:right@', tls)).toBe('none')
  })

  it.each([
    ['a wrong password', 'admin:wrong@', tls, 'LOG_FORBIDDEN', undefined],
    ['an unknown user', 'somebody:right@', tls, 'LOG_FORBIDDEN', undefined],
    ['no right to write', 'nobody:right@', tls, 'LOG_FORBIDDEN', undefined],
    ['another mechanism', 'admin:right@', `tls=1&ca=${cert}`, 'LOG_FORBIDDEN', 'mechanism'],
    ['an untrusted certificate', 'admin:right@', 'tls=1&mechanism=plain', 'LOG_UNREACHABLE', 'ca='],
    ['plaintext against TLS', 'admin:right@', 'mechanism=plain', 'LOG_UNREACHABLE', 'tls'],
  ])('says what is wrong: %s', async (_, user, query, code, hint) => {
    const error = (await trouble(user, query)) as ExploreError
    expect(error).toBeInstanceOf(ExploreError)
    expect(error).toMatchObject({ code })
    expect(error.message).not.toMatch(/right|wrong/)
    if (hint !== undefined) expect(error.hint).toContain(hint)
  })
})

describe('a Kafka in plaintext', () => {
  beforeEach(({ skip }) => skip(why !== undefined, why))

  it('says so to who speaks TLS', async () => {
    const kafka = await startKafka()
    const link = await openKafka(`${kafka.url}/?tls=1`, { retries: 1 })
    const error = await createTopics(link).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'LOG_UNREACHABLE', hint: expect.stringContaining('TLS') })
    await link.close()
    await kafka.stop()
  }, 240_000)
})
