/** The dialects that Latchkey has. What has to know them is handed this list. */
import type { Dialect } from './dialect-kit/index.js';
import { canvus } from './dialects/canvus/canvus.dialect.js';
import { cloudflare } from './dialects/cloudflare/cloudflare.dialect.js';
import { crm } from './dialects/crm/crm.dialect.js';

/** In the order in which documents and notices name them. */
export const DIALECTS: readonly Dialect[] = [cloudflare, crm, canvus];
