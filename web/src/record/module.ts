import type { LucideIcon } from 'lucide-react'
import { type ComponentType, createContext, type LazyExoticComponent, useContext } from 'react'
import type { Entity, Field, ObjectRights, Question, Rec } from '@/api/types'

type Lazy<P> = LazyExoticComponent<ComponentType<P>> | ComponentType<P>

/** Another way to look at the records of a list, such as a board. */
export type ListView = {
  name: string
  /** A key of the module's words. */
  label: string
  icon: LucideIcon
  Component: Lazy<{ entity: Entity; question: Question }>
}

/** What a module adds to the generic screens of one object. */
export type Face = {
  views?: ListView[]
  /** The view shown first; the list where none is named. */
  firstView?: string
  /** Below the title of a record, such as the path of its stages. */
  Headline?: Lazy<{ entity: Entity; record: Rec }>
  /** Among the buttons of a record, such as "convert". */
  Actions?: Lazy<{ entity: Entity; record: Rec }>
  /** Above the fields of a record, such as the lines of an order. */
  Main?: Lazy<{ entity: Entity; record: Rec }>
  /** In place of the generic form, for a new record and for an old one. */
  Form?: Lazy<{
    entity: Entity
    record?: Rec
    initial?: Record<string, unknown>
    onDone: (saved: Rec) => void
    onCancel: () => void
  }>
  /** Fields that the generic page leaves to the module. */
  ownFields?: string[]
  /** Fields that follow from another one: when that one changes they are not news of their own. */
  follows?: Record<string, string[]>
  /** Further objects whose records a new one may already be, and which of its fields say so there. */
  alike?: { object: string; fields: Record<string, string> }[]
  /** Fields that say more than their kind does, such as a date that is overdue; wherever a record's values are shown. */
  cells?: Record<string, ComponentType<{ field: Field; record: Rec }>>
  /** Above the timeline of every record that this object links to. */
  Compose?: Lazy<{ entity: Entity; record: Rec }>
  /** How one of these stands on a timeline. */
  Entry?: Lazy<{ entity: Entity; record: Rec }>
}

/** A page of a module at `/w/{workspace}/{path}`; with a `label` it stands in the navigation. */
export type ModulePage = {
  path: string
  label?: string
  icon?: LucideIcon
  group?: Entity['group']
  load: () => Promise<{ default: ComponentType }>
}

/** A page under the settings; without a `label` it is reached from another page alone. */
export type SettingsPage = {
  path: string
  label?: string
  icon?: LucideIcon
  /** Under which heading it stands. */
  group?: 'me' | 'org' | 'data' | 'system'
  admin?: boolean
  load: () => Promise<{ default: ComponentType }>
}

/** Something to do with a whole list, in the menu of the list. */
export type ListAction = {
  name: string
  label: string
  icon: LucideIcon
  allowed: (rights: ObjectRights) => boolean
  /** Shown when it was chosen, until it closes itself. */
  Component: Lazy<{ entity: Entity; question: Question; close: () => void }>
}

/** A part of the first page of the day. */
export type HomePart = { name: string; Component: Lazy<object> }

export type WebModule = {
  name: string
  home?: HomePart[]
  faces?: Record<string, Face>
  pages?: ModulePage[]
  settings?: SettingsPage[]
  listActions?: ListAction[]
}

const Faces = createContext<Record<string, Face>>({})
export const FacesProvider = Faces.Provider

/** What the modules add to an object; empty for one that no module knows. */
export const useFace = (object: string): Face => useContext(Faces)[object] ?? {}

/** What the modules add to all objects, by their names. */
export const useFaces = () => useContext(Faces)

const SettingsPages = createContext<SettingsPage[]>([])
export const SettingsPagesProvider = SettingsPages.Provider

/** The pages of all modules that stand in the settings. */
export const useSettingsPages = () => useContext(SettingsPages)

const ListActions = createContext<ListAction[]>([])
export const ListActionsProvider = ListActions.Provider

/** What all modules offer to do with a list. */
export const useListActions = () => useContext(ListActions)
