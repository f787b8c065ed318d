/** The version in package.json. */
import { createRequire } from 'node:module';

export const { version: PRODUCT_VERSION } = createRequire(import.meta.url)('../package.json') as { version: string };
