import type { Entity, Rec } from '@/api/types'
import StagePath from './path'
import StageHistory from './stage-history'

/** The way of a deal, and how it went so far. */
export default function DealHeadline(props: { entity: Entity; record: Rec }) {
  return (
    <div className="space-y-1">
      <StagePath {...props} />
      <StageHistory {...props} />
    </div>
  )
}
