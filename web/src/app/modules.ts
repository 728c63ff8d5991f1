import { exchange } from '@/modules/exchange'
import { notifications } from '@/modules/notifications'
import { org } from '@/modules/org'
import type { WebModule } from '@/record/module'
import { settings } from '@/settings'

/** Every module of the web application, one line each. */
export const modules: WebModule[] = [org, settings, exchange, notifications]
