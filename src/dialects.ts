/** The list of Latchkey's dialects, which is passed to every part that needs it. */
import type { Dialect } from './dialect-kit/index.js';
import { canvus } from './dialects/canvus/canvus.dialect.js';
import { cloudflare } from './dialects/cloudflare/cloudflare.dialect.js';
import { crm } from './dialects/crm/crm.dialect.js';
import { latchkey } from './dialects/latchkey/latchkey.dialect.js';

/** The dialects, in the order in which documents and notices list them. */
export const DIALECTS: readonly Dialect[] = [cloudflare, crm, canvus, latchkey];
