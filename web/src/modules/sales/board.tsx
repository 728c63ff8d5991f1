import {
  closestCorners,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { type InfiniteData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { figuresQuery, queryClient } from '@/api/queries'
import type { Entity, Filter, LinkValue, Money, Page, Question, Rec } from '@/api/types'
import { allows, useRights } from '@/record/catalog'
import { Select } from '@/ui/control'
import { Failure, Skeleton } from '@/ui/states'
import { CardFace } from './card'
import { Column, columnKey } from './column'
import { useMove } from './move'
import { type Pipeline, type Stage, type Sum, usePipelines } from './stages'

/** Left and right go to the neighbouring column, wherever in it the card will stand. */
const acrossColumns: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = event.code === 'ArrowRight' ? 1 : event.code === 'ArrowLeft' ? -1 : 0
  if (!step) return undefined
  event.preventDefault()
  const columns = [...context.droppableRects.entries()].sort((a, b) => a[1].left - b[1].left)
  const middle = currentCoordinates.x + (context.collisionRect?.width ?? 0) / 2
  const now = columns.findIndex(([, rect]) => middle >= rect.left && middle <= rect.right)
  const rect = columns[Math.max(0, Math.min(columns.length - 1, now + step))]?.[1]
  return rect && { x: rect.left + 8, y: rect.top + 48 }
}

const remembered = 'board/pipeline'

/** The deals of a pipeline, a column for each stage, moved from one to the next by mouse, touch, keyboard or menu. */
export default function Board({ entity, question }: { entity: Entity; question: Question }) {
  const { t } = useTranslation()
  const pipelines = usePipelines()
  const [chosen, setChosen] = useState(() => {
    try {
      return localStorage.getItem(remembered) ?? ''
    } catch {
      return ''
    }
  })
  if (pipelines.error) return <Failure error={pipelines.error} retry={pipelines.retry} />
  if (!pipelines.data) return <Skeleton className="p-5" lines={6} />
  const pipeline = pipelines.data.find((entry) => entry.id === chosen) ?? pipelines.data[0]
  if (!pipeline) return <Failure error={{ status: 404 }} />
  const choose = (id: string) => {
    setChosen(id)
    try {
      localStorage.setItem(remembered, id)
    } catch {}
  }
  return (
    <>
      {pipelines.data.length > 1 && (
        <div className="px-5 pb-2 max-sm:px-4">
          <Select
            className="w-auto"
            aria-label={t('sales.pipeline')}
            value={pipeline.id}
            onChange={(event) => choose(event.target.value)}
          >
            {pipelines.data.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {entry.name}
              </option>
            ))}
          </Select>
        </div>
      )}
      <Columns key={pipeline.id} entity={entity} question={question} pipeline={pipeline} />
    </>
  )
}

function Columns({ entity, question, pipeline }: { entity: Entity; question: Question; pipeline: Pipeline }) {
  const { t } = useTranslation()
  const rights = useRights(entity.name)
  const [move, dialog] = useMove(entity)
  const [dragged, setDragged] = useState<Rec>()
  const inPipeline: Filter = { field: 'pipeline', op: 'in', value: [pipeline.id] }
  const filter: Filter = question.filter ? { and: [inPipeline, question.filter] } : inPipeline
  const figures = useQuery(
    figuresQuery(entity.name, {
      filter,
      group: ['stage'],
      measures: [
        { fn: 'count', as: 'count' },
        { fn: 'sum', field: 'amount', as: 'sum' },
      ],
    }),
  )
  const sums = new Map<string, Sum>()
  for (const row of figures.data?.data ?? [])
    sums.set((row.stage as LinkValue | null)?.id ?? '', {
      count: Number(row.count ?? 0),
      sum: (row.sum as Money | null) ?? null,
    })
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: acrossColumns }),
  )
  const stageOf = (id: unknown) => pipeline.stages.find((stage) => stage.id === id)
  const go = (deal: Rec, stage: Stage) => {
    const from = (deal.stage as LinkValue | null)?.id ?? ''
    if (from === stage.id) return
    move(deal, stage, () => reseat(entity.name, filter, deal, from, stage))
  }
  const said = (id: unknown) => stageOf(id)?.name ?? ''
  const name = String(dragged?.name ?? '')
  const end = ({ over }: DragEndEvent) => {
    const stage = over && stageOf(over.id)
    if (dragged && stage) go(dragged, stage)
    setDragged(undefined)
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCorners}
      onDragStart={({ active }) => setDragged(active.data.current?.deal as Rec)}
      onDragEnd={end}
      onDragCancel={() => setDragged(undefined)}
      accessibility={{
        screenReaderInstructions: { draggable: t('sales.drag_help') },
        announcements: {
          onDragStart: ({ active }) => t('sales.drag_start', { name: String(active.data.current?.deal?.name ?? '') }),
          onDragOver: ({ over }) => (over ? t('sales.drag_over', { stage: said(over.id) }) : ''),
          onDragEnd: ({ over }) => (over ? t('sales.drag_end', { name, stage: said(over.id) }) : t('sales.drag_none')),
          onDragCancel: () => t('sales.drag_none'),
        },
      }}
    >
      <div className="min-h-0 flex-1 overflow-x-auto overflow-y-hidden border-t bg-bg">
        <ol className="grid h-full snap-x auto-cols-[minmax(13.5rem,19rem)] grid-flow-col gap-3 p-4 max-sm:auto-cols-[82vw] max-sm:p-3">
          {pipeline.stages.map((stage, index) => (
            <Column
              key={stage.id}
              entity={entity}
              stage={stage}
              index={index}
              filter={filter}
              sum={figures.data ? (sums.get(stage.id) ?? { count: 0, sum: null }) : undefined}
              stages={pipeline.stages}
              may={allows(rights.update)}
              mayAdd={rights.create && stage.kind === 'open'}
              onMove={go}
            />
          ))}
        </ol>
      </div>
      {createPortal(
        <DragOverlay dropAnimation={null}>
          {dragged && <CardFace deal={dragged} className="rotate-1 cursor-grabbing border-transparent shadow-drag" />}
        </DragOverlay>,
        document.body,
      )}
      {dialog}
    </DndContext>
  )
}

/** Moves a card between the columns that are loaded; the answer moves it back. */
function reseat(object: string, filter: Filter, deal: Rec, from: string, to: Stage): () => void {
  type Loaded = InfiniteData<Page>
  const change = (stage: string, edit: (page: Page, index: number) => Page) => {
    const key = columnKey(object, filter, stage)
    const before = queryClient.getQueryData<Loaded>(key)
    if (before) queryClient.setQueryData<Loaded>(key, { ...before, pages: before.pages.map(edit) })
    return () => before && queryClient.setQueryData<Loaded>(key, before)
  }
  const moved: Rec = { ...deal, stage: { id: to.id, title: to.name } }
  const back = [
    change(from, (page) => ({ ...page, data: page.data.filter((entry) => entry.id !== deal.id) })),
    change(to.id, (page, index) => (index ? page : { ...page, data: [moved, ...page.data] })),
  ]
  return () => {
    for (const restore of back) restore()
  }
}
