import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { renew } from '@/api/queries'
import { records } from '@/api/records'
import type { Entity, LinkValue, Rec } from '@/api/types'
import { useEntity, useMe, useRights } from '@/record/catalog'
import { useRemove, useUndo } from '@/record/edit'
import { Avatar } from '@/ui/badge'
import { Button } from '@/ui/button'
import { ago, moment, useLocale } from '@/ui/format'
import { toastFailure } from '@/ui/toast'
import { useComments } from './comments'
import { commentable } from './links'
import { mentioned, type Person } from './mention'
import { MentionArea } from './mention-area'

/** The box in which a comment is written, new or old. */
export function CommentBox({
  object,
  id,
  comment,
  rows = 2,
  onDone,
}: {
  object: string
  id: string
  comment?: Rec
  rows?: number
  onDone?: () => void
}) {
  const { t } = useTranslation()
  const undo = useUndo()
  const [text, setText] = useState(String(comment?.body ?? ''))
  const [people, setPeople] = useState<Person[]>(() =>
    ((comment?.mentions as LinkValue[] | null) ?? []).flatMap((link) =>
      link.id ? [{ id: link.id, name: link.title ?? '' }] : [],
    ),
  )
  const [busy, setBusy] = useState(false)
  async function send() {
    if (!text.trim() || busy) return
    setBusy(true)
    const body = { body: text.trim(), mentions: mentioned(text, people) }
    try {
      const { changeSet } = comment
        ? await records.update('comment', comment.id, comment.version, body)
        : await records.create('comment', { ...body, record: { object, id } })
      setText('')
      renew('comment')
      undo(t('activity.commented'), changeSet, 'comment')
      onDone?.()
    } catch (error) {
      toastFailure((error as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="space-y-2">
      <MentionArea
        value={text}
        rows={rows}
        label={t('activity.comment')}
        placeholder={t('activity.comment_hint')}
        onChange={setText}
        onPick={(person) => setPeople((now) => [...now, person])}
        onSend={() => void send()}
        autoFocus={!!onDone}
      />
      <div className="flex justify-end gap-2">
        {onDone && (
          <Button size="sm" onClick={onDone}>
            {t('ui.cancel')}
          </Button>
        )}
        <Button size="sm" variant="primary" disabled={busy || !text.trim()} onClick={() => void send()}>
          {comment ? t('ui.save') : t('activity.send')}
        </Button>
      </div>
    </div>
  )
}

/** What was said, and for its author the ways to say it otherwise. */
export function CommentText({ comment }: { comment: Rec }) {
  const { t } = useTranslation()
  const me = useMe()
  const entity = useEntity('comment')
  const [editing, setEditing] = useState(false)
  const about = comment.record as LinkValue | null
  if (!entity) return null
  if (editing)
    return (
      <CommentBox
        object={about?.object ?? ''}
        id={about?.id ?? ''}
        comment={comment}
        onDone={() => setEditing(false)}
      />
    )
  return (
    <div className="group/comment rounded-lg bg-surface-2 px-3 py-2 text-sm">
      <p className="break-words whitespace-pre-wrap">{String(comment.body ?? '')}</p>
      {comment.created_by?.id === me.user.id && (
        <div className="-mb-1 flex gap-3 text-xs text-muted">
          <button type="button" className="min-h-6 hover:text-fg" onClick={() => setEditing(true)}>
            {t('ui.edit')}
          </button>
          <RemoveComment entity={entity} comment={comment} />
        </div>
      )}
    </div>
  )
}

function RemoveComment({ entity, comment }: { entity: Entity; comment: Rec }) {
  const { t } = useTranslation()
  const remove = useRemove(entity.name)
  return (
    <button type="button" className="min-h-6 hover:text-bad" onClick={() => remove.mutate(comment)}>
      {t('ui.delete')}
    </button>
  )
}

/** The comments under an entry of a timeline, the oldest first, and a box for one more. */
export function Thread({ object, id }: { object: string; id: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const comment = useEntity('comment')
  const rights = useRights('comment')
  const [writing, setWriting] = useState(false)
  const able = commentable(comment, object)
  const list = useComments(object, id, able)
  if (!able) return null
  return (
    <div className="mt-1.5 space-y-2">
      {list.data && list.data.length > 0 && (
        <ul aria-label={t('activity.comments')} className="space-y-2 border-l-2 pl-3">
          {list.data.map((entry) => (
            <li key={entry.id}>
              <p className="mb-1 flex items-center gap-1.5 text-xs text-muted">
                <Avatar name={entry.created_by?.title ?? ''} className="size-4.5 text-[9px]" />
                <span className="font-medium text-fg">{entry.created_by?.title}</span>
                <time dateTime={entry.created_at} title={moment(entry.created_at ?? '', locale)}>
                  {ago(entry.created_at ?? '', locale)}
                </time>
              </p>
              <CommentText comment={entry} />
            </li>
          ))}
        </ul>
      )}
      {rights.create &&
        (writing ? (
          <CommentBox object={object} id={id} onDone={() => setWriting(false)} />
        ) : (
          <button
            type="button"
            className="min-h-6 text-xs text-muted hover:text-primary-text"
            onClick={() => setWriting(true)}
          >
            {t('activity.reply')}
          </button>
        ))}
    </div>
  )
}

/** A comment that stands on a timeline by itself. */
export default function CommentEntry({ record }: { entity: Entity; record: Rec }) {
  return (
    <div className="mt-1">
      <CommentText comment={record} />
    </div>
  )
}
