import { activity } from '@/modules/activity'
import { customers } from '@/modules/customers'
import { exchange } from '@/modules/exchange'
import { notifications } from '@/modules/notifications'
import { org } from '@/modules/org'
import { sales } from '@/modules/sales'
import { service } from '@/modules/service'
import type { WebModule } from '@/record/module'
import { settings } from '@/settings'

/** Every module of the web application, one line each. */
export const modules: WebModule[] = [activity, customers, sales, service, org, settings, exchange, notifications]
