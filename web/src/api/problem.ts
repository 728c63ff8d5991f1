/** One thing that is wrong with a request, at the field it is wrong with. */
export type Fault = { field: string; code: string; message: string }

type Document = {
  title?: string
  status?: number
  code?: string
  detail?: string
  faults?: Fault[]
  request_id?: string
}

/** A refusal of the server (RFC 9457), or `status` 0 when it could not be reached. Messages are in the reader's language. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly faults: Fault[]
  readonly requestId: string | undefined
  readonly body: Record<string, unknown>

  constructor(status: number, document: Document & Record<string, unknown>) {
    super(document.detail || document.title || document.code || String(status))
    this.name = 'Problem'
    this.status = status
    this.code = document.code ?? (status === 0 ? 'offline' : 'unknown')
    this.faults = document.faults ?? []
    this.requestId = document.request_id
    this.body = document
  }
}

/** The message for a field: of the field itself or of a part of it, such as `phones[1].value`. */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined
  const own = error.faults.filter(
    (fault) => fault.field === field || fault.field.startsWith(`${field}[`) || fault.field.startsWith(`${field}.`),
  )
  return own.length ? own.map((fault) => fault.message).join(' ') : undefined
}

/** The sentence that a refusal is told by: of its fields where it names some. */
export const messageOf = (error: unknown) =>
  error instanceof Problem && error.faults.length
    ? error.faults.map((fault) => fault.message).join(' ')
    : (error as Error).message
