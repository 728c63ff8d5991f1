import { Problem } from './problem'

/** What a write answers: the data, and the change set by which it can be looked at and undone. */
export type Answer<T> = { data: T; changeSet: string | undefined; status: number }

export type Options = {
  body?: unknown
  signal?: AbortSignal
  /** Kept in history with the change. */
  reason?: string
  headers?: Record<string, string>
}

/** A random UUID; `crypto.randomUUID` is missing on plain HTTP, where an intranet may well serve us. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const unsafe = (method: string) => method !== 'GET' && method !== 'HEAD'

/**
 * A client speaks to one part of the API. Every write carries an idempotency key, so that a broken connection may be
 * tried again without doing the thing twice; every reading names the last write, so that one always sees one's own.
 */
export class Client {
  /** Signs in again when the session has ended; a resolved promise means that the request may be sent once more. */
  onSignedOut: (() => Promise<void>) | undefined
  private base: string
  private after: string | undefined

  constructor(base: string) {
    this.base = base
  }

  /** Points the client at another workspace and forgets what was written in the one before. */
  enter(base: string) {
    if (base === this.base) return
    this.base = base
    this.after = undefined
  }

  url(path: string): string {
    return this.base + path
  }

  async get<T>(path: string, options: Options = {}): Promise<T> {
    return (await this.send<T>('GET', path, options)).data
  }
  post<T = unknown>(path: string, body?: unknown, options: Options = {}): Promise<Answer<T>> {
    return this.send<T>('POST', path, { ...options, body })
  }
  /** A question too long for an address: reads, and changes nothing. */
  async ask<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
    return (await this.send<T>('POST', path, { ...options, body })).data
  }
  patch<T = unknown>(path: string, body: unknown, options: Options = {}): Promise<Answer<T>> {
    return this.send<T>('PATCH', path, { ...options, body })
  }
  delete<T = unknown>(path: string, options: Options = {}): Promise<Answer<T>> {
    return this.send<T>('DELETE', path, options)
  }

  private async send<T>(method: string, path: string, options: Options): Promise<Answer<T>> {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      'Accept-Language': document.documentElement.lang,
      ...options.headers,
    }
    if (this.after) headers.After = this.after
    if (unsafe(method)) headers['Idempotency-Key'] = uuid()
    if (options.reason) headers['Change-Reason'] = encodeURIComponent(options.reason)
    const raw = options.body instanceof Blob || options.body instanceof FormData
    if (options.body !== undefined && !raw) headers['Content-Type'] = 'application/json'
    const request: RequestInit = { method, headers, credentials: 'same-origin' }
    if (options.signal) request.signal = options.signal
    if (options.body !== undefined) request.body = raw ? (options.body as BodyInit) : JSON.stringify(options.body)

    let response = await this.fetchTwice(path, request)
    if (response.status === 401 && this.onSignedOut) {
      await this.onSignedOut()
      response = await this.fetchTwice(path, request)
    }
    const data = await read(response)
    if (!response.ok) throw new Problem(response.status, (data ?? {}) as Record<string, unknown>)
    const changeSet = response.headers.get('Change-Set') ?? undefined
    if (changeSet && unsafe(method)) this.after = changeSet
    return { data: data as T, changeSet, status: response.status }
  }

  private async fetchTwice(path: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(this.url(path), request)
    } catch (error) {
      if (request.signal?.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, 400))
      try {
        return await fetch(this.url(path), request)
      } catch {
        throw new Problem(0, { code: 'offline' })
      }
    }
  }
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = response.headers.get('Content-Type') ?? ''
  if (!type.includes('json')) return response.ok ? await response.text() : undefined
  return await response.json()
}

/** Accounts, sign-in, sessions: what belongs to a person and not to a workspace. */
export const account = new Client('/api/v1')
/** The workspace that the address names. */
export const space = new Client('/w/-/api/v1')
