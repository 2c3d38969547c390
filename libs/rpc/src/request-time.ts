import { constants, type ServerHttp2Stream } from 'node:http2'
import { ExploreError } from '@explore/explore'
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  type StatusObject,
} from '@grpc/grpc-js'
import { statusOf } from './rpc-error.ts'

/** What the library has and does not declare. */
type Streamed = ServerInterceptingCallInterface & { readonly stream?: ServerHttp2Stream }

/**
 * Ends calls whose one message is not there after `ms`: a stream that stays half open answers pings and may have no
 * deadline, so that nothing else would end it. Its caller gets REQUEST_TIMEOUT.
 */
export const requestTime =
  (ms: number): ServerInterceptor =>
  ({ requestStream }, call) => {
    if (requestStream) return new ServerInterceptingCall(call)
    let late: NodeJS.Timeout | undefined
    let whole = false
    const listener = new ServerListenerBuilder()
      .withOnReceiveHalfClose(next => {
        whole = true
        clearTimeout(late)
        next()
      })
      // The library says so of each call that ends, whichever way.
      .withOnCancel(() => {
        clearTimeout(late)
        // An answer ends the server's half alone: the caller's would be kept for it.
        if (!whole) (call as Streamed).stream?.close(constants.NGHTTP2_NO_ERROR)
      })
      .build()
    const responder = new ResponderBuilder()
      .withStart(next => {
        late = setTimeout(() => call.sendStatus(tooLate(ms)), ms).unref()
        next(listener)
      })
      .build()
    return new ServerInterceptingCall(call, responder)
  }

const tooLate = (ms: number): StatusObject =>
  statusOf(new ExploreError('REQUEST_TIMEOUT', `no whole message came within ${ms} ms`))
