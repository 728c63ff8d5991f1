import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, GitBranch, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { space } from '@/api/client'
import { messageOf } from '@/api/problem'
import { renew } from '@/api/queries'
import type { Entity, Field, Rec } from '@/api/types'
import { fieldOf, useEntity } from '@/record/catalog'
import { useRemove, useUndo } from '@/record/edit'
import { Value } from '@/record/fields/value'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Failure, Skeleton, State } from '@/ui/states'
import { toastFailure } from '@/ui/toast'
import { allQuery, linkOf, textOf } from './data'
import { AdminOnly, Block, Page, Rows, row } from './parts'
import { type Draft, FormDialog } from './records'

const pipelinesQuery = allQuery('pipeline', ['name', 'default'])
const stagesQuery = allQuery('stage', ['name', 'pipeline', 'position', 'probability', 'kind'], 'position')

type Form = Draft & { entity: Entity }

/** The ways in which deals are won: each with its stages, in order, and how likely each makes the sale. */
export default function Pipelines() {
  const known = useEntity('pipeline')
  return <AdminOnly>{known ? <List /> : <Failure error={{ status: 404 }} />}</AdminOnly>
}

function List() {
  const { t } = useTranslation()
  const undo = useUndo()
  const removePipeline = useRemove('pipeline')
  const removeStage = useRemove('stage')
  const pipeline = useEntity('pipeline')
  const stage = useEntity('stage')
  const pipelines = useQuery(pipelinesQuery)
  const stages = useQuery(stagesQuery)
  const [form, setForm] = useState<Form>()
  const order = useMutation({
    mutationFn: (list: Rec[]) =>
      space.post('/bulk', {
        atomic: true,
        operations: list.flatMap((record, index) =>
          record.position === index + 1
            ? []
            : [
                {
                  method: 'PATCH',
                  object: 'stage',
                  id: record.id,
                  body: { version: record.version, position: index + 1 },
                },
              ],
        ),
      }),
    onSuccess: ({ changeSet }) => undo(t('settings.saved'), changeSet, 'stage'),
    onSettled: () => renew('stage'),
    onError: (error) => toastFailure(messageOf(error)),
  })
  const move = (list: Rec[], index: number, by: number) => {
    const next = [...list]
    const [moved] = next.splice(index, 1)
    if (moved) next.splice(index + by, 0, moved)
    order.mutate(next)
  }
  const probability = stage && fieldOf(stage, 'probability')
  const add = pipeline && (
    <Button variant="primary" onClick={() => setForm({ entity: pipeline })}>
      <Plus /> {t('settings.pipelines.new')}
    </Button>
  )
  return (
    <Page title={t('settings.pipelines.title')} text={t('settings.pipelines.text')} actions={add}>
      {pipelines.isPending || stages.isPending ? (
        <Skeleton lines={6} />
      ) : pipelines.isError || stages.isError ? (
        <Failure
          error={pipelines.error ?? stages.error}
          retry={() => void Promise.all([pipelines.refetch(), stages.refetch()])}
        />
      ) : pipelines.data.length === 0 ? (
        <State
          icon={GitBranch}
          title={t('settings.pipelines.none')}
          text={t('settings.pipelines.none_text')}
          action={add}
        />
      ) : (
        pipelines.data.map((one) => {
          const own = stages.data.filter((entry) => linkOf(entry, 'pipeline')?.id === one.id)
          const name = textOf(one, 'name')
          return (
            <Block
              key={one.id}
              title={
                <span className="flex items-center gap-2">
                  {name} {one.default === true && <Badge tone="primary">{t('settings.pipelines.default')}</Badge>}
                </span>
              }
              actions={
                <span className="flex gap-1">
                  {pipeline && (
                    <Button
                      size="iconSm"
                      variant="ghost"
                      aria-label={t('settings.edit_one', { name })}
                      onClick={() => setForm({ entity: pipeline, record: one })}
                    >
                      <Pencil />
                    </Button>
                  )}
                  <Button
                    size="iconSm"
                    variant="ghost"
                    aria-label={t('settings.delete_one', { name })}
                    onClick={() => removePipeline.mutate(one)}
                  >
                    <Trash2 />
                  </Button>
                  {stage && (
                    <Button
                      size="sm"
                      onClick={() =>
                        setForm({
                          entity: stage,
                          initial: { pipeline: { id: one.id, title: name }, position: own.length + 1, kind: 'open' },
                        })
                      }
                    >
                      <Plus /> {t('settings.pipelines.stage')}
                    </Button>
                  )}
                </span>
              }
            >
              {own.length === 0 ? (
                <p className="text-sm text-muted">{t('settings.pipelines.no_stages')}</p>
              ) : (
                <Rows label={name}>
                  {own.map((entry, index) => (
                    <StageRow
                      key={entry.id}
                      record={entry}
                      probability={probability}
                      first={index === 0}
                      last={index === own.length - 1}
                      busy={order.isPending}
                      onMove={(by) => move(own, index, by)}
                      onEdit={() => stage && setForm({ entity: stage, record: entry })}
                      onDelete={() => removeStage.mutate(entry)}
                    />
                  ))}
                </Rows>
              )}
            </Block>
          )
        })
      )}
      <FormDialog
        entity={form?.entity}
        draft={form && { ...(form.record && { record: form.record }), ...(form.initial && { initial: form.initial }) }}
        title={t(form?.entity.name === 'stage' ? 'settings.pipelines.new_stage' : 'settings.pipelines.new')}
        omit={form?.entity.name === 'stage' ? ['position', 'pipeline'] : []}
        close={() => setForm(undefined)}
      />
    </Page>
  )
}

function StageRow({
  record,
  probability,
  first,
  last,
  busy,
  onMove,
  onEdit,
  onDelete,
}: {
  record: Rec
  probability: Field | undefined
  first: boolean
  last: boolean
  busy: boolean
  onMove: (by: number) => void
  onEdit: () => void
  onDelete: () => void
}) {
  const { t } = useTranslation()
  const name = textOf(record, 'name')
  const kind = textOf(record, 'kind')
  return (
    <li className={row}>
      <span className="flex">
        <Button
          size="iconSm"
          variant="ghost"
          aria-label={t('settings.option.up', { name })}
          disabled={first || busy}
          onClick={() => onMove(-1)}
        >
          <ArrowUp />
        </Button>
        <Button
          size="iconSm"
          variant="ghost"
          aria-label={t('settings.option.down', { name })}
          disabled={last || busy}
          onClick={() => onMove(1)}
        >
          <ArrowDown />
        </Button>
      </span>
      <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
      {kind === 'won' && <Badge tone="ok">{t('settings.pipelines.won')}</Badge>}
      {kind === 'lost' && <Badge tone="bad">{t('settings.pipelines.lost')}</Badge>}
      <span className="num w-14 text-right text-muted">
        {probability && <Value field={probability} value={record.probability} />}
      </span>
      <Button size="iconSm" variant="ghost" aria-label={t('settings.edit_one', { name })} onClick={onEdit}>
        <Pencil />
      </Button>
      <Button size="iconSm" variant="ghost" aria-label={t('settings.delete_one', { name })} onClick={onDelete}>
        <Trash2 />
      </Button>
    </li>
  )
}
