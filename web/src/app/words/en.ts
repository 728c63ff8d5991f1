import activity from '@/modules/activity/en.json'
import customers from '@/modules/customers/en.json'
import exchange from '@/modules/exchange/en.json'
import notifications from '@/modules/notifications/en.json'
import org from '@/modules/org/en.json'
import sales from '@/modules/sales/en.json'
import service from '@/modules/service/en.json'
import record from '@/record/en.json'
import settings from '@/settings/en.json'
import ui from '@/ui/en.json'
import app from '../en.json'

/** The same keys as `zh.ts`. */
export default { ui, record, settings, org, customers, activity, sales, service, app, exchange, notifications }
