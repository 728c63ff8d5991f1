import { useQuery } from '@tanstack/react-query'
import { recordsKey } from '@/api/queries'
import { records } from '@/api/records'
import type { LinkValue, Rec } from '@/api/types'

type Waiting = { object: string; resolve: (comments: Rec[]) => void; reject: (error: unknown) => void }
let waiting = new Map<string, Waiting>()

/** Asks for the comments of all entries of a timeline at once, however many of them ask. */
function commentsOn(object: string, id: string): Promise<Rec[]> {
  return new Promise((resolve, reject) => {
    if (!waiting.size) queueMicrotask(() => void load())
    waiting.set(id, { object, resolve, reject })
  })
}

async function load() {
  const asked = waiting
  waiting = new Map()
  try {
    const page = await records.page('comment', {
      filter: { field: 'record', op: 'in', value: [...asked].map(([id, { object }]) => ({ object, id })) },
      sort: 'created_at',
      limit: 200,
      fields: ['record', 'body', 'mentions', 'created_by', 'created_at'],
    })
    for (const [id, { resolve }] of asked)
      resolve(page.data.filter((comment) => (comment.record as LinkValue | null)?.id === id))
  } catch (error) {
    for (const { reject } of asked.values()) reject(error)
  }
}

export const useComments = (object: string, id: string, enabled: boolean) =>
  useQuery({ queryKey: [...recordsKey('comment'), 'on', id], queryFn: () => commentsOn(object, id), enabled })
